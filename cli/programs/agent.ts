import { runAgent } from '../../agent/main.ts';
import { createLog } from '../../common/log.ts';

/** Runs the agent with these variables; answers its exit code. */
export async function agent(env: NodeJS.ProcessEnv): Promise<number> {
  return await runAgent(env, createLog('agent'));
}
