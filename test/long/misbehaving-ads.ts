// Sends malformed messages to a control plane, and checks that its memory does not grow and that it still serves at the end.
// `node test/long/misbehaving-ads.ts --messages 1000000`
import { parseArgs } from 'node:util';
import { fireAtControlPlane } from '../xds/control-plane-under-fire.ts';

/** How much more memory the process may use at the end than in the middle, in MiB. */
const GROWTH_MIB = 64;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now()) },
  },
});
const seed = Number(values.seed);
process.stdout.write(`${values.messages} messages, seed ${seed}\n`);
const endured = await fireAtControlPlane(Number(values.messages), seed, (line) =>
  process.stdout.write(`${line}\n`),
);
process.stdout.write(`${JSON.stringify(endured)}\n`);
const { rssMib } = endured;
const growth = (rssMib.at(-1) ?? 0) - (rssMib[Math.floor(rssMib.length / 2)] ?? 0);
const isWell = endured.serves && endured.left === 0 && endured.exitCode === 0 && growth <= GROWTH_MIB;
if (!isWell) process.stdout.write(`it grew by ${growth} MiB, or does not serve as it should\n`);
process.exitCode = isWell ? 0 : 1;
