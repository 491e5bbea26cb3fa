// The receiver of telemetry is away for ten minutes, while an application sends spans through the agent, with a queue as large as all queues by
// default: the growth of the agent's memory (at most 20 MB), the spans that it drops and counts, and the time until it sends again (at most 5 s).
// `node test/long/telemetry/telemetry-absence.ts [SECONDS [SPANS_PER_REQUEST]]`, ten requests a second.
import { observeAbsence } from '../../telemetry/testing/absence.ts';

const [seconds = 600, spans = 200] = process.argv.slice(2).map(Number);
const QUEUE_MIB = 12;
const WARM_MS = 60_000;
const MOST_GROWN_MB = 20;
const MOST_BACK_MS = 5000;

const absence = await observeAbsence({ awayMs: seconds * 1000, warmMs: WARM_MS, queueMib: QUEUE_MIB, spans });
process.stdout.write(`${JSON.stringify(absence)}\n`);
const { sent, arrived, dropped, grownMb, backMs, hasNewest } = absence;
const isCounted = arrived + dropped === sent;
process.exitCode = isCounted && hasNewest && grownMb <= MOST_GROWN_MB && backMs <= MOST_BACK_MS ? 0 : 1;
