import { X509Certificate } from 'node:crypto';
import type { Log } from '../../common/log.ts';
import { coded } from '../codes.ts';
import type { HeldIdentity } from './held-identity.ts';

/** How the agent behaves in an outage of the control plane that lasts longer than certificates live. */
export type Outage = {
  /** Until when Envoy accepts expired certificates of the mesh, in milliseconds since 1970; undefined: it accepts none. */
  readonly acceptsExpiredUntil: () => number | undefined;
  /** The last moment at which a control plane was there, in milliseconds since 1970. */
  readonly contact: () => number;
  /** A control plane answered, also if it refused. `stays`: the agent is connected from now on. */
  readonly answered: (stays: boolean) => void;
  /** A connection was lost, or an attempt failed. */
  readonly missed: () => void;
  /** Looks at the clock: begins, logs or ends the acceptance. Called once a minute. */
  readonly look: () => void;
  readonly close: () => void;
};

/** A time at which expired certificates are accepted, in milliseconds since 1970. */
export type GraceWindow = { readonly from: number; readonly until: number };

/**
 * The part of a lifetime after which the certificate of a peer may have ended. Agents renew at 45 % of a lifetime at the earliest, so a peer
 * that was up to date when the control plane went away has at least that much left.
 */
const SOONEST_END = 0.4;
/** The longest grace, in milliseconds: that of the API, a week. */
const MOST_GRACE_MS = 168 * 60 * 60 * 1000;
/** Peers have this long to renew their certificates after the control plane is back, in milliseconds. */
const BACK_MS = 15 * 60 * 1000;
const LOOK_EVERY_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns the window in which a node with this identity accepts expired certificates if no control plane answers after `contact`; undefined
 * if its mesh does not allow it (`expiredGraceHours` of the MeshIdentity). The last certificate of the mesh ends a lifetime after the contact,
 * and the window ends the grace after that.
 */
export function graceWindow(held: HeldIdentity, contact: number): GraceWindow | undefined {
  const grace = Math.min((held.expiredGraceSeconds ?? 0) * 1000, MOST_GRACE_MS);
  if (!(grace > 0)) return undefined;
  const lifetime = lifetimeOf(held);
  return { from: contact + SOONEST_END * lifetime, until: contact + lifetime + grace };
}

/** Returns how long the certificate of an identity is valid in all, in milliseconds, with the five minutes before its issue. */
export function lifetimeOf({ chain }: Pick<HeldIdentity, 'chain'>): number {
  const { validFromDate, validToDate } = new X509Certificate(chain);
  return validToDate.getTime() - validFromDate.getTime();
}

/** Inputs. `held`: the latest identity; `onChange`: the acceptance began or ended. `now`: milliseconds since 1970. */
export type OutageOptions = {
  readonly held: () => HeldIdentity | undefined;
  readonly log: Log;
  readonly onChange: () => void;
  readonly now?: () => number;
};

/** Follows the control plane's absence. Nothing is accepted before an attempt of this process has failed. */
export function followOutage({ held, log, onChange, now = Date.now }: OutageOptions): Outage {
  // A contact in the future, of a clock that was ahead, would make the acceptance longer.
  let contact = Math.min(held()?.contact ?? now(), now());
  let isConnected = false;
  let isAway = false;
  let until: number | undefined;
  let end: NodeJS.Timeout | undefined;

  function say(): void {
    const fields = { since: iso(contact), until: iso(until ?? 0) };
    log.warn(
      coded('IDENTITY_BREAK_GLASS', fields),
      'no control plane answers: expired certificates of the mesh are accepted',
    );
  }

  function begin(): void {
    const identity = held();
    if (until !== undefined || !isAway || isConnected || identity === undefined) return;
    const window = graceWindow(identity, contact);
    if (window === undefined || now() < window.from || now() >= window.until) return;
    endAt(window.until);
    say();
    onChange();
  }

  function endAt(time: number): void {
    until = time;
    clearTimeout(end);
    end = setTimeout(endIfOver, Math.min(time - now(), LONGEST_TIMER_MS)).unref();
  }

  function endIfOver(): void {
    if (until === undefined || now() < until) return;
    until = undefined;
    log.warn(coded('IDENTITY_BREAK_GLASS'), 'expired certificates of the mesh are refused again');
    onChange();
  }

  const look = (): void => {
    contact = isConnected ? now() : Math.min(contact, now());
    const wasOpen = until !== undefined;
    endIfOver();
    begin();
    if (wasOpen && until !== undefined) say();
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();

  return {
    acceptsExpiredUntil: () => (until !== undefined && now() < until ? until : undefined),
    contact: () => (isConnected ? now() : contact),
    answered(stays) {
      contact = now();
      isAway = false;
      isConnected ||= stays;
      if (until !== undefined) endAt(Math.min(until, now() + BACK_MS));
    },
    missed() {
      if (isConnected) contact = now();
      isConnected = false;
      isAway = true;
      begin();
    },
    look,
    close() {
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
