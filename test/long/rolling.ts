// Replaces two tasks behind Cloud Map under 200 requests a second, as ECS does: it stops the application first. Prints the failed requests of each case,
// with the milliseconds from the stop of the application. Takes about 15 minutes for both Envoy releases.
// `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… DAYBREAK_MOTO=… node test/long/rolling.ts [REPLACEMENTS [CASE]]`
import { envoyOf, ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { openRolling, type RollingOptions, type Stopping } from '../testing/rolling-scene.ts';

const CASES: Readonly<Record<string, RollingOptions & Stopping>> = {
  'goes on for 2 s': { app: 'goes on for 2 s' },
  'goes on for 2 s, no retries': { app: 'goes on for 2 s', retries: false },
  'ends at once': { app: 'ends at once' },
  'ends at once, no retries': { app: 'ends at once', retries: false },
  'ends at once, no metadata': { app: 'ends at once', metadata: false },
  'ends at once, no metadata, no retries': { app: 'ends at once', metadata: false, retries: false },
};

const [replacements = '10', only = ''] = process.argv.slice(2);
let isBad = false;
for (const variable of ENVOYS) {
  for (const [name, options] of Object.entries(CASES)) {
    if (!name.includes(only)) continue;
    const scene = await openRolling('long-rolling', envoyOf(variable), options);
    try {
      const { requests, failed, late } = await scene.replace(Number(replacements), options);
      const latest = Math.max(0, ...failed.map(({ afterStopMs }) => afterStopMs));
      const outcomes = [...new Set(failed.map(({ outcome }) => outcome))];
      process.stdout.write(
        `${JSON.stringify({ variable, case: name, replacements, requests, failed: failed.length, late: late.length, latestMs: latest, outcomes })}\n`,
      );
      if (options.metadata !== false)
        isBad ||= options.app === 'ends at once' ? latest > 2000 : failed.length > 0;
    } finally {
      await scene.close();
    }
  }
}
process.exitCode = isBad ? 1 : 0;
