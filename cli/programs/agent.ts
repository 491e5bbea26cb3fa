import { runAgent } from '../../agent/main.ts';
import { describeFault, onFault } from '../../common/faults.ts';
import { createLog } from '../../common/log.ts';

/** Runs the agent with these environment variables. Returns its exit code. */
export async function agent(env: NodeJS.ProcessEnv): Promise<number> {
  const log = createLog('agent');
  onFault((error) => log.fatal({ err: error }, describeFault(error)));
  return await runAgent(env, log);
}
