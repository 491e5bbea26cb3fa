// Counts the failed requests while an agent's Envoy is replaced by hot restarts under load of http, http2 and grpc, and the tcp connections that are
// cut. Takes about three minutes per Envoy release.
// `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/reloads.ts [RELOADS [REQUESTS]]`
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { reloadUnderLoad } from '../behaviour/testing/reloads-scene.ts';

const [reloads = 10, requests = 20_000] = process.argv.slice(2).map(Number);

let failures = 0;
for (const variable of ENVOYS) {
  const result = await reloadUnderLoad('long-reloads', variable, { reloads, requests, perSecond: 50 });
  process.stdout.write(`${JSON.stringify({ variable, ...result })}\n`);
  failures += Object.keys(result.callers.failed).length;
}
process.exitCode = failures === 0 ? 0 : 1;
