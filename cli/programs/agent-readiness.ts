import { createAgentLog } from '../../agent/output/agent-log.ts';
import { waitUntilReady } from '../../agent/readiness/wait-until-ready.ts';

/** Waits until the Envoy of the agent with these environment variables is ready. Returns the exit code. */
export function agentReadiness(env: NodeJS.ProcessEnv): Promise<number> {
  return waitUntilReady(env, createAgentLog(env).log);
}
