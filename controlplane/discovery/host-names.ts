import { isDeepStrictEqual } from 'node:util';
import { followNames, type FollowNamesOptions } from '../../common/addresses/follow-names.ts';
import type { Log } from '../../common/log.ts';
import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';
import type { Start } from './registry.ts';

/** The addresses of host names, as this host's resolver returns them. */
export type HostNames = {
  /** Returns how to start a watch on a name. */
  readonly start: (name: string) => Start<NameAddresses>;
  readonly close: () => void;
};

/** How long to wait for the first answer, in milliseconds. */
const PATIENCE = 2000;

type State = { readonly addresses: NameAddresses | undefined; readonly isSettled: boolean };
type Followed = { readonly onChange: () => void; state: State; isLate: boolean };

/** Creates a table of host names, which follows none at first. `ask` is for tests; default: the host's resolver. */
export function createHostNames(log: Log, ask?: FollowNamesOptions['ask']): HostNames {
  const followed = new Map<string, Followed>();
  const names = followNames({ log, onChange: tell, ...(ask === undefined ? {} : { ask }) });

  function stateOf(name: string, isLate: boolean): State {
    return { addresses: names.addressesOf(name), isSettled: isLate || names.isSettled(name) };
  }

  /** Notifies the watches whose answers changed, or arrived for the first time. */
  function tell(): void {
    for (const [name, each] of followed) {
      const state = stateOf(name, each.isLate);
      if (isDeepStrictEqual(state, each.state)) continue;
      each.state = state;
      each.onChange();
    }
  }

  return {
    start: (name) => (onChange) => {
      const each: Followed = { onChange, state: { addresses: undefined, isSettled: false }, isLate: false };
      followed.set(name, each);
      names.follow(followed.keys());
      each.state = stateOf(name, false);
      const patience = setTimeout(() => {
        each.isLate = true;
        tell();
      }, PATIENCE).unref();
      return {
        current: () => each.state.addresses,
        settled: () => each.state.isSettled,
        trouble: () => undefined,
        answeredAt: () => undefined,
        warnings() {
          const problem = names.problemOf(name);
          return problem === undefined ? [] : [`it cannot be looked up: ${problem}`];
        },
        close() {
          clearTimeout(patience);
          followed.delete(name);
          names.follow(followed.keys());
        },
      };
    },
    close: names.close,
  };
}
