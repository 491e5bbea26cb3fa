import { execa } from 'execa';

/** The variables that name the Envoys to try: the current release, and the oldest that is supported. */
export const ENVOYS = ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'] as const;

const LIMIT_MS = 30_000;

/**
 * The Envoy that a variable names.
 * @throws Error when it names none.
 */
export function envoyOf(variable: (typeof ENVOYS)[number]): string {
  const envoy = process.env[variable];
  if (envoy !== undefined && envoy !== '') return envoy;
  throw new Error(`${variable} is not set: it must name an Envoy binary, as \`npm test\` sets it`);
}

/** What a real Envoy says against a bootstrap that it is only to judge; '' when nothing. */
export async function validate(envoy: string, config: string): Promise<string> {
  const args = ['--mode', 'validate', '--log-level', 'warn', '--config-yaml', config];
  const { exitCode, stderr } = await execa(envoy, args, { reject: false, timeout: LIMIT_MS, cwd: '/' });
  return exitCode === 0 && stderr === '' ? '' : stderr || `exit ${exitCode}`;
}
