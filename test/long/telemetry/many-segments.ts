// Sends segments of X-Ray through the agent to a receiver of OTLP: each that the kernel delivered has to arrive.
// `node test/long/telemetry/many-segments.ts [SEGMENTS]`, by default 200,000.
import { sendSegments } from '../../telemetry/testing/many-segments.ts';

const count = Number(process.argv[2] ?? 200_000);
const result = await sendSegments(count);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.arrived === count ? 0 : 1;
