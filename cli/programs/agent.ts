import { coded } from '../../agent/codes.ts';
import { runAgent } from '../../agent/main.ts';
import { describeFault, onFault } from '../../common/faults.ts';
import { createAgentLog } from '../../agent/output/agent-log.ts';

/** Runs the agent with these environment variables. Returns its exit code. */
export async function agent(env: NodeJS.ProcessEnv): Promise<number> {
  const agentLog = createAgentLog(env);
  onFault((error) => agentLog.log.fatal(coded('FAULT', { err: error }), describeFault(error)));
  return await runAgent(env, agentLog);
}
