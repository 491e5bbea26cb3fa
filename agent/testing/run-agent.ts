import { endDespiteOpenCalls } from '../../common/process/end-process.ts';
import { runAgent } from '../main.ts';
import { createAgentLog } from '../output/agent-log.ts';
import { openVariables } from '../settings/variables-file.ts';

const code = await runAgent(await openVariables(process.env), createAgentLog(process.env));
await endDespiteOpenCalls(code);
process.exit(code);
