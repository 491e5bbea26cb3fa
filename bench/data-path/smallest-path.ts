import { writeRules } from '../../test/lab/programs/sidecar.ts';
import type { Stage } from '../../test/lab/stage.ts';
import { untilAnswers, type MeasuredPath } from './measured-path.ts';
import { startSmallestEnvoy, type OwnTls } from './smallest-envoy.ts';

/** The hosts of a path, with the application on `back`. `tls`: mutual TLS between the two Envoys; default: plain text. */
export type SmallestPathOptions = Omit<MeasuredPath, 'envoys'> & { readonly tls?: OwnTls };

/** Writes the rules and starts an Envoy with the smallest configuration on both hosts of a path; resolves after the first answer through both. */
export async function startSmallestPath(
  programs: Stage,
  { tls, ...path }: SmallestPathOptions,
): Promise<MeasuredPath> {
  const { front, back, port } = path;
  await writeRules(back, programs, `${port}`);
  await writeRules(front, programs, '');
  const on = (side: 'accepted' | 'target') => (tls === undefined ? {} : { tls: { ...tls, side } });
  const envoys = [
    startSmallestEnvoy(front, programs, {
      listenOn: 15_001,
      target: `${back.address}:${port}`,
      ...on('target'),
    }),
    startSmallestEnvoy(back, programs, { listenOn: 15_000, target: `127.0.0.1:${port}`, ...on('accepted') }),
  ];
  await untilAnswers(path);
  return { ...path, envoys: envoys.map(({ pid }) => pid) };
}
