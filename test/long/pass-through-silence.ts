// A host outside the mesh that is silent for 320 s, on a port that an http2 backend uses: Envoy's default idle time-out is 300 s. Takes about six
// minutes per Envoy release. `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/pass-through-silence.ts`
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { OTHER } from '../behaviour/testing/models/http-edges.ts';
import { openEdges } from '../behaviour/testing/http-edges-scene.ts';

const SILENCE_MS = 320_000;

async function holdsWith(variable: (typeof ENVOYS)[number]): Promise<boolean> {
  const { scene } = await openEdges(variable);
  try {
    const { status, error } = await scene.actors.client.caller.ask({
      kind: 'http',
      url: `http://other.local:${OTHER}/`,
      headers: { 'x-plan': `wait:${SILENCE_MS}` },
      limitMs: SILENCE_MS + 20_000,
    });
    process.stdout.write(`${variable}: ${status ?? error}\n`);
    return status === 200;
  } finally {
    await scene.close();
  }
}

const held: boolean[] = [];
for (const variable of ENVOYS) held.push(await holdsWith(variable));
process.exitCode = held.every(Boolean) ? 0 : 1;
