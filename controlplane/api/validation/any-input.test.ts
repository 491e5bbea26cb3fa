import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_MODEL } from '../../model/api-model.ts';
import { anyCall, faultOf, sendCall, WRITING_OPERATIONS } from '../testing/any-call.ts';
import { makeAll, startApi, type TestApi } from '../testing/test-api.ts';
import { runs } from '../../../common/testing/short-form.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await makeAll(api);
});
afterAll(() => api.close());

const RUNS = runs(50);

describe('any input, valid or not, gets a documented response', () => {
  const cases = WRITING_OPERATIONS.map(
    (operation) =>
      [operation.model === API_MODEL ? '2019-01-25' : '2018-10-01', operation.name, operation] as const,
  );
  it.each(cases)('%s %s', { timeout: 600_000 }, async (_version, _name, operation) => {
    await fc.assert(
      fc.asyncProperty(anyCall(operation), async (call) => {
        expect(faultOf(operation, call, await sendCall(api.app, call))).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });
});
