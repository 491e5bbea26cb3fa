import { reportFailure } from './failure.ts';

/** The default of `--api`. */
const API = '127.0.0.1:8080';

/** Resolves with the exit code. */
type HealthCheck = () => Promise<number>;

/**
 * Returns the health check that these arguments name, if they are exactly one of the health checks of the images; undefined for all other
 * command lines.
 */
export function healthCheckOf(args: readonly string[]): HealthCheck | undefined {
  switch (args.join(' ')) {
    case 'agent ready':
      return () => codeOf(checkAgent);
    case 'controlplane ready':
      return () => codeOf(checkControlPlane);
    default:
      return undefined;
  }
}

async function codeOf(check: () => Promise<void>): Promise<number> {
  try {
    await check();
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}

async function checkAgent(): Promise<void> {
  const { openVariables } = await import('../agent/settings/variables-file.ts');
  const { agentReady } = await import('./agent/ready.ts');
  await agentReady((await openVariables(process.env)).env);
}

async function checkControlPlane(): Promise<void> {
  const { controlPlaneReady } = await import('./controlplane/ready.ts');
  await controlPlaneReady(process.env['DAYBREAK_API'] ?? API);
}
