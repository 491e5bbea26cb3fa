import { runAgent } from '../main.ts';
import { createAgentLog } from '../output/agent-log.ts';

process.exit(await runAgent(process.env, createAgentLog(process.env)));
