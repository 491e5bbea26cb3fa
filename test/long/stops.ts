// Counts the failed requests while one of two instances is stopped under 200 requests per second: of the virtual node, whose callers are Envoys; and
// of virtual gateways, whose callers do not retry, with and without a notice of the stop. Without a notice, a connection is lost if the kernel has
// accepted it and Envoy has not when its listener closes, so these failures are only counted. Takes about 20 minutes per Envoy release.
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
