import * as fc from 'fast-check';
import type { Files } from '../../../controlplane/api/properties/testing/with-files.ts';
import { anyRequest, type StormRequest } from './requests.ts';

/** Accidents of control planes, their store, and the network between them and proxies. All except those of the store last for some steps. */
export type Accident =
  | { readonly what: 'kill' | 'stop'; readonly replica: number; readonly steps: number }
  /** Packets between a proxy's host and a replica are dropped, or their connections reset. */
  | {
      readonly what: 'lose' | 'reset';
      readonly replica: number;
      readonly proxy: number;
      readonly steps: number;
    }
  /** PostgreSQL ends its connections, or crashes and is restarted. */
  | { readonly what: 'disconnect' }
  | { readonly what: 'crash' };

/** A request, the replica that receives it first, an accident at the same time, and the pause after it. */
export type Step = {
  readonly request: StormRequest;
  readonly replica: number;
  readonly accident: Accident | undefined;
  readonly pauseMs: number;
};

/** One step in `ACCIDENT_IN` has an accident. */
const ACCIDENT_IN = 12;

/** The size and seed of a storm. */
export type StormSize = {
  readonly seed: number;
  readonly steps: number;
  readonly replicas: number;
  readonly proxies: number;
};

/** Generates the steps of a storm: the same for the same seed and size. */
export function planStorm({ seed, steps, replicas, proxies }: StormSize, files: Files): readonly Step[] {
  const replica = fc.nat(replicas - 1);
  const lasting = { replica, steps: fc.integer({ min: 3, max: 40 }) };
  const accident: fc.Arbitrary<Accident> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant('kill' as const), ...lasting }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('stop' as const), ...lasting }) },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constantFrom('lose' as const, 'reset' as const),
        proxy: fc.nat(proxies - 1),
        ...lasting,
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Accident>({ what: 'disconnect' }, { what: 'crash' }) },
  );
  const step: fc.Arbitrary<Step> = fc.record({
    request: anyRequest(files),
    replica,
    accident: fc.oneof(
      { weight: ACCIDENT_IN - 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: accident },
    ),
    pauseMs: fc.nat(100),
  });
  return fc.sample(step, { seed, numRuns: steps });
}
