import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { parseRefusals, REFUSALS_PATH } from './parse-refusals.ts';

/** How often Envoy is asked, in milliseconds: each change goes to the control plane. */
const EVERY_MS = 10_000;

/** Follows Envoy's counters of refused callers. */
export type Refusals = {
  /** The counters as Envoy last showed them. After a restart of Envoy they begin again. */
  readonly current: () => readonly Refusal[];
  readonly close: () => void;
};

/** Begins to follow the counters. With `isOn` false (an agent without an identity), Envoy has no such counters and is not asked. */
export function watchRefusals(admin: Pick<AdminClient, 'ask'>, isOn: boolean, everyMs = EVERY_MS): Refusals {
  let found: readonly Refusal[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = !isOn;
  const plan = (): void => {
    if (!isClosed) timer = setTimeout(() => void look(), everyMs).unref();
  };
  async function look(): Promise<void> {
    // While Envoy does not answer, the last counters stay.
    const page = await admin.ask('GET', REFUSALS_PATH).catch(() => undefined);
    if (page !== undefined) found = parseRefusals(page);
    plan();
  }
  plan();
  return {
    current: () => found,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
