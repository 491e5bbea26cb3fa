// Storms: random changes through two control planes on one database while the control planes are killed, the network is cut and the store fails.
// After each storm, every Envoy must have the configuration that the API reports and that a fresh Envoy gets. Needs root, DAYBREAK_ENVOY and
// DAYBREAK_ENVOY_OLDEST. `node test/long/storm.ts --storms 10 --steps 2000 --seed 7`; the default seed is the time. It prints each storm's seed;
// `--storms 1 --seed N` repeats the requests and accidents of that storm.
import { inspect, parseArgs } from 'node:util';
import { openScene } from '../storm/testing/scene.ts';
import { begin, compareAll, passStorm } from '../storm/testing/storm.ts';

const { values } = parseArgs({
  options: {
    storms: { type: 'string', default: '10' },
    steps: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

for (let storm = 0; storm < Number(values.storms); storm += 1) {
  const seed = Number(values.seed) + storm;
  const from = performance.now();
  const since = (): string => `${Math.round((performance.now() - from) / 1000)} s`;
  const scene = await openScene('long-storm');
  try {
    await begin(scene);
    say(`seed ${seed}: begun after ${since()}`);
    say(`${JSON.stringify(await passStorm(scene, seed, Number(values.steps)))} after ${since()}`);
    await compareAll(scene);
    say(`all have what they are to have after ${since()}`);
  } catch (error) {
    say(`FAILED with --seed ${seed} --steps ${values.steps}\n${inspect(error)}`);
    process.exitCode = 1;
    break;
  } finally {
    await scene.close();
  }
}
