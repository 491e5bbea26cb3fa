import { errorText } from '../common/error-text.ts';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createLab } from '../test/lab/lab.ts';
import { stage } from '../test/lab/stage.ts';
import { startColorMesh } from './color-mesh.ts';
import { createDisplay } from './display.ts';
import { readOptions } from './options.ts';
import { svgOf } from './picture.ts';
import { createScreen } from './screen.ts';
import { shiftWeights, watch } from './shift.ts';
import { describeNextSteps, describeResult, resultOf } from './summary.ts';
import { startTraffic } from './traffic.ts';

// The main job: a mesh of real Envoys whose weights move while traffic flows. However this process ends, the lab removes
// everything that it created.

const options = readOptions(process.argv.slice(2));
const terminal = options.json ? process.stderr : process.stdout;
const screen = createScreen((text) => terminal.write(text));
const display = createDisplay(options.picture === undefined ? terminal : screen);
const lab = await createLab({ name: 'demo' });
try {
  display.step('copy Node, Envoy and the programs to where every user can run them');
  const mesh = await startColorMesh(lab, await stage(lab), { 'colorteller-vn': 1 }, display.step);

  const baseline = Math.max(100, Math.round(options.requests / 4));
  // The counted requests take some seconds, so that there is something to see.
  const traffic = startTraffic(mesh.url, Math.max(400, options.requests / 10));
  display.step('all weight on white');
  await watch(
    () => traffic.tally().requests >= baseline,
    () => display.show(traffic.tally(), baseline, ''),
  );

  display.step('UpdateRoute: blue 8, red 2, under traffic');
  const before = traffic.cut();
  const propagationMs = await shiftWeights(mesh, { 'colorteller-blue-vn': 8, 'colorteller-red-vn': 2 });
  const during = traffic.cut(options.requests);
  const note = `in Envoy after ${propagationMs} ms`;
  await watch(
    () => traffic.tally().requests >= options.requests,
    () => display.show(traffic.tally(), options.requests, note),
  );
  const result = resultOf(before, during, await traffic.stop(), propagationMs);

  display.print(describeResult(result));
  if (options.picture !== undefined) {
    writeFileSync(
      options.picture,
      svgOf(screen.lines(), 'npm run demo: weights move from white to blue and red'),
    );
  }
  display.print(describeNextSteps(mesh, options.keep));
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  if (options.keep) await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  if (result.failures > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`demo: ${errorText(error)}\n`);
  process.exitCode = 1;
} finally {
  await lab.close();
}
