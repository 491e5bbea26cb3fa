import { coded } from '../../agent/codes.ts';
import { runAgent } from '../../agent/main.ts';
import { describeFault, onFault } from '../../common/process/faults.ts';
import { endDespiteOpenCalls } from '../../common/process/end-process.ts';
import { createAgentLog } from '../../agent/output/agent-log.ts';
import type { Variables } from '../../agent/settings/variables-file.ts';

/** Runs the agent with these variables. Returns its exit code. */
export async function agent(variables: Variables): Promise<number> {
  const agentLog = createAgentLog(variables.env);
  onFault((error) => agentLog.log.fatal(coded('FAULT', { err: error }), describeFault(error)));
  const code = await runAgent(variables, agentLog);
  await endDespiteOpenCalls(code);
  return code;
}
