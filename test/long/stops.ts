// Stops of one of two instances under 200 requests a second: how many of them fail. Of the virtual node, whose callers are Envoys; of
// virtual gateways, whose callers try nothing again, told of the stop by somebody or not. Of the last, a connection that the kernel
// has taken and Envoy has not when its listener closes is lost, so they are only counted. It takes some 20 minutes for each release.
// `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/stops.ts [STOPS [DRAIN_SECONDS]]`
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { openStops, stopUnderLoad } from '../behaviour/testing/stops-scene.ts';

const [stops = 20, drainSeconds = 20] = process.argv.slice(2).map(Number);

let failures = 0;
for (const variable of ENVOYS) {
  const scene = await openStops('long-stops', variable);
  try {
    for (const what of ['node', 'gateway, deregistered', 'gateway'] as const) {
      const tally = await stopUnderLoad(scene, what, { stops, perSecond: 200, drainSeconds });
      process.stdout.write(`${JSON.stringify({ variable, what, ...tally })}\n`);
      if (what !== 'gateway') failures += tally.refused + Object.keys(tally.failed).length;
    }
  } finally {
    await scene.close();
  }
}
process.exitCode = failures === 0 ? 0 : 1;
