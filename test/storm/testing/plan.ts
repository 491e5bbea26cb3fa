import * as fc from 'fast-check';
import type { Files } from '../../../controlplane/api/properties/testing/with-files.ts';
import { anyRequest, type StormRequest } from './requests.ts';

/** What happens to control planes, their store, and the network between them and proxies. All but `store` last for some steps. */
export type Accident =
  | { readonly what: 'kill' | 'stop'; readonly replica: number; readonly steps: number }
  /** Packets between a proxy's host and a replica are lost, or their connections reset. */
  | {
      readonly what: 'lose' | 'reset';
      readonly replica: number;
      readonly proxy: number;
      readonly steps: number;
    }
  /** PostgreSQL ends its connections, or crashes and is started again. */
  | { readonly what: 'disconnect' }
  | { readonly what: 'crash' };

/** A request, the replica that it is sent to first, what happens beside it, and how long nothing more is sent then. */
export type Step = {
  readonly request: StormRequest;
  readonly replica: number;
  readonly accident: Accident | undefined;
  readonly pauseMs: number;
};

/** One step in so many has an accident beside it. */
const ACCIDENT_IN = 12;

/** What a storm is made of. */
export type StormSize = {
  readonly seed: number;
  readonly steps: number;
  readonly replicas: number;
  readonly proxies: number;
};

/** The steps of a storm: the same for the same seed and size. */
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
