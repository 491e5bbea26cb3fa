import { execa } from 'execa';

/** The variables with the paths of the tested Envoys: the current release, and the oldest supported one. */
export const ENVOYS = ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'] as const;

const LIMIT_MS = 120_000;

/**
 * Returns the Envoy that a variable names.
 * @throws Error if the variable is not set
 */
export function envoyOf(variable: (typeof ENVOYS)[number]): string {
  const envoy = process.env[variable];
  if (envoy !== undefined && envoy !== '') return envoy;
  throw new Error(`${variable} is not set: it must name an Envoy binary, as \`npm test\` sets it`);
}

/** Validates a bootstrap with a real Envoy; returns its complaints, '' if there are none. */
export async function validate(envoy: string, config: string): Promise<string> {
  const args = ['--mode', 'validate', '--log-level', 'warn', '--config-yaml', config];
  const { exitCode, stderr } = await execa(envoy, args, { reject: false, timeout: LIMIT_MS, cwd: '/' });
  return exitCode === 0 && stderr === '' ? '' : stderr || `exit ${exitCode}`;
}
