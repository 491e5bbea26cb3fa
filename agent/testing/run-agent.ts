import { runAgent } from '../main.ts';
import { createAgentLog } from '../output/agent-log.ts';
import { openVariables } from '../settings/variables-file.ts';

process.exit(await runAgent(openVariables(process.env), createAgentLog(process.env)));
