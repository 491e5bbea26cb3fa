import { expect, test } from 'vitest';
import { createXdsServer } from '../../xds/server.ts';
import { makeSnapshot } from '../../xds/testing/resources.ts';
import { CLUSTER, LISTENER } from '../../xds/types.ts';
import { measurePropagation } from './propagation.ts';

test('reports a change once per stream and type, for responses sent after the change on streams opened before it', () => {
  let now = 1000;
  const reported: number[] = [];
  const { watch, during, answered } = measurePropagation(
    (seconds) => reported.push(seconds),
    () => now,
  );
  const server = watch(createXdsServer({ keyOf: ({ id }) => id }));
  const set = (version: string) => server.set('n', makeSnapshot({ [CLUSTER]: { a: version } }));
  const answer = (typeUrl: string, since: number, { id = 1, openedAt = 900, error = '' } = {}) =>
    answered(
      'n',
      { typeUrl, version: 'v', since, error: error === '' ? undefined : error, resources: [], removed: [] },
      { id, since: openedAt },
    );

  during(now, () => set('1'));
  answer(CLUSTER, 1000); // the first snapshot: no stream waited for a change

  now = 2000;
  during(now, () => set('2'));
  now = 2500;
  answer(CLUSTER, 1999); // sent before the change
  answer(CLUSTER, 2100, { error: 'no' });
  answer(CLUSTER, 2100, { id: 2, openedAt: 2050 }); // connected after the change
  answer(CLUSTER, 2100);
  answer(CLUSTER, 2200); // a second response
  answer(LISTENER, 2100);
  now = 3000;
  answer(CLUSTER, 2100, { id: 3 });
  expect(reported).toEqual([0.5, 0.5, 1]);

  during(now, () => set('2')); // the same snapshot: no change
  set('3'); // not caused by the model
  now = 9000;
  answer(CLUSTER, 8000, { id: 4 });
  expect(reported).toHaveLength(3);
});
