import { createLog } from '../../common/log.ts';
import { runAgent } from '../main.ts';

process.exit(await runAgent(process.env, createLog('agent')));
