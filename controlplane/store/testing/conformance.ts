import { afterEach, beforeEach, describe } from 'vitest';
import { commitCases } from './conformance/commits.ts';
import { contentsCases } from './conformance/contents.ts';
import type { StoreHome, Subject } from './conformance/fixture.ts';
import { forgettingCases } from './conformance/forgetting.ts';
import { historyCases } from './conformance/history.ts';
import { tokenCases } from './conformance/tokens.ts';
import type { Store } from '../store.ts';

/** Tests the behaviour that every engine must have. `makeHome` creates an empty home for each case. */
export function storeConformance(engine: string, makeHome: () => Promise<StoreHome>): void {
  describe(`${engine} as a store`, () => {
    let home: StoreHome;
    let store: Store;
    beforeEach(async () => {
      home = await makeHome();
      store = await home.open();
    });
    afterEach(async () => {
      await store.close();
      await home.remove();
    });
    const subject: Subject = {
      get store() {
        return store;
      },
      since: async (revision) => (await store.changesSince(revision)).changes,
      reopen: async () => {
        await store.close();
        store = await home.open();
      },
    };

    commitCases(subject);
    tokenCases(subject);
    forgettingCases(subject);
    contentsCases(subject);
    historyCases(subject);
  });
}
