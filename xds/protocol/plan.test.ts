import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse, type Sent } from '../testing/stream.ts';
import { CLUSTER, ROUTES } from '../types.ts';
import { runs } from '../../common/testing/short-form.ts';

// The plan computes due resources from the changes since the client was complete. A full comparison must give the same result.

const names = ['a', 'b', 'c'];
const content = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('1', '2'));
const typeUrl = fc.constantFrom(CLUSTER, ROUTES);
const step = fc.oneof(
  fc.record({ set: fc.record({ [CLUSTER]: content, [ROUTES]: content }) }),
  fc.record({ subscribe: fc.subarray([...names, '*']), typeUrl }),
  fc.record({ unsubscribe: fc.subarray(names), typeUrl }),
  fc.record({ answer: fc.constantFrom('acknowledge', 'refuse') }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Returns the responses and states of a stream after each step. `forgetful`: compares everything each time. */
function replay(variant: 'delta' | 'sotw', steps: readonly Step[], forgetful: boolean): unknown[] {
  const c = converse(variant);
  const wanted = new Map<string, readonly string[]>();
  const said: unknown[] = [];
  let unanswered: ReturnType<typeof c.take> = [];
  for (const one of steps) {
    if (forgetful) for (const state of c.stream.types.values()) state.complete = undefined;
    if ('set' in one) c.set(makeSnapshot(one.set));
    else if ('answer' in one) {
      const error = one.answer === 'refuse' ? { errorDetail: { code: 3, message: 'no' } } : {};
      for (const { typeUrl: type, nonce, version } of unanswered.splice(0)) {
        const rest = variant === 'sotw' ? { resourceNames: wanted.get(type), versionInfo: version } : {};
        c.ask({ typeUrl: type, responseNonce: nonce, ...rest, ...error });
      }
    } else if (variant === 'sotw') {
      const given = 'subscribe' in one ? one.subscribe : one.unsubscribe;
      wanted.set(one.typeUrl, given);
      const last = c.stream.types.get(one.typeUrl)?.lastNonce ?? '';
      c.ask({ typeUrl: one.typeUrl, resourceNames: given, responseNonce: last });
    } else if ('subscribe' in one) c.ask({ typeUrl: one.typeUrl, resourceNamesSubscribe: one.subscribe });
    else c.ask({ typeUrl: one.typeUrl, resourceNamesUnsubscribe: one.unsubscribe });
    const sent = c.take();
    unanswered = [...unanswered, ...sent];
    said.push([sent.map(inOrder), c.stream.settled(CLUSTER), c.stream.settled(ROUTES)]);
  }
  c.stream.close();
  return said;
}

/** Sorts the names, because resources have no order within a response. */
function inOrder(sent: Sent): Sent {
  return { ...sent, names: sent.names.toSorted(), removed: sent.removed.toSorted() };
}

test.each([
  'delta',
  'sotw',
] as const)('%s: an incremental plan sends the same responses as a full comparison', (variant) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      expect(replay(variant, steps, false)).toEqual(replay(variant, steps, true));
    }),
    { numRuns: runs(1500) },
  );
});
