import type { Renewal } from '../../common/contracts/agent-channel/renewal.ts';
import type { Log } from '../../common/log.ts';
import { errorText } from '../../common/error-text.ts';
import { coded } from '../codes.ts';
import { AttestationRefused, ControlPlaneBusy } from './attest.ts';
import { createAttemptWaits } from './attempt-waits.ts';
import { createClockTimer } from './clock-timer.ts';
import { rootOf, untilRenewal, type HeldIdentity } from './held-identity.ts';
import { keptIdentity } from './identity-file.ts';
import { createIdentityKeeper } from './keep-identity.ts';
import { obtain, type ObtainOptions } from './obtain.ts';
import { followOutage, lifetimeOf } from './outage.ts';
import { createProofTurns } from './proof-turns.ts';
import { requestFile } from './request-file.ts';
import type { SigningRequest } from './signing-request.ts';

/** The agent's identity: a certificate of the control plane's authority, renewed in time. */
export type AgentIdentity = {
  /** The certificate to use for a new connection; undefined while the agent has none, or the last one has ended. */
  readonly current: () => HeldIdentity | undefined;
  /** The latest certificate, also one that has ended; undefined while the agent has had none. */
  readonly held: () => HeldIdentity | undefined;
  /** Whether Envoy accepts expired certificates of the mesh, because the control plane is away for long and the mesh allows it. */
  readonly acceptsExpired: () => boolean;
  /** Calls `listener` after each new certificate, and when expired ones begin or cease to be accepted. */
  readonly onChange: (listener: () => void) => void;
  /**
   * Calls `listener` once a renewal has led to another root than the certificate before. The control plane ends connections below a root
   * that it removes: those of a whole fleet within seconds, unless each has connected again before.
   */
  readonly onNewRoot: (listener: () => void) => void;
  readonly status: () => IdentityStatus;
  /** The control plane says which certificates are up to date. Renews an older one, at a random moment within the spread. */
  readonly renewSoon: (renewal: Renewal) => void;
  /** The control plane accepted a connection. */
  readonly connected: () => void;
  /** A connection to the control plane failed. If it refuses the certificate, the agent proves itself again soon. */
  readonly refused: (reason: string) => void;
  readonly close: () => void;
};

/** The state of the identity, as in `GET /status`. Times in ISO 8601. */
export type IdentityStatus = {
  readonly state: 'waiting' | 'held' | 'ended';
  readonly spiffeId: string | undefined;
  readonly ends: string | undefined;
  readonly renews: string | undefined;
  /** Until the end of the certificate, whole seconds; 0 once it has ended. */
  readonly secondsLeft: number | undefined;
  /** Why the latest attempt failed; undefined after a success. */
  readonly problem: string | undefined;
  /** Until when expired certificates of the mesh are accepted; undefined: they are not. */
  readonly acceptsExpiredUntil: string | undefined;
};

/** Inputs of the identity. */
export type IdentityOptions = Omit<ObtainOptions, 'keep'> & {
  /** The file that keeps it; undefined: it is kept in memory alone. The file beside it, `FILE.request`, keeps the request for the first certificate. */
  readonly file: string | undefined;
  readonly log: Log;
};

/** After a certificate of an earlier generation, the next renewal follows after this wait, in milliseconds, and as much again at random. */
const OUTDATED_MS = 10_000;
/** After a refusal of its certificate, the agent asks for another one, this often at most, and after this wait at least, in milliseconds. */
const REFUSED_EVERY_MS = 60_000;
const REFUSED_WAIT_MS = 2000;
/** The file has the last contact with a control plane, exact to this part of the certificate's lifetime. */
const NOTED_SHARE = 0.02;
const NOTE_EVERY_MS = 60_000;

/**
 * Opens the identity: the kept certificate if it can be used, else a new one as soon as the control plane gives it. Attempts go on in the
 * background, with back-off, and at least as long as a refusal says. Each attempt makes a new key, which never leaves the node.
 */
export async function openIdentity(options: IdentityOptions): Promise<AgentIdentity | undefined> {
  const { xds, nodeId, file, log } = options;
  const { identity: settings } = xds;
  if (settings === undefined) return undefined;
  const keep = file === undefined ? undefined : createIdentityKeeper(file, log);
  const lastAgent = file === undefined ? undefined : keptIdentity(file, nodeId, log);
  let held = await lastAgent?.read();
  if (held !== undefined) log.info(facts(held), 'took the kept certificate');
  let problem: string | undefined;
  let isAttempting = false;
  let refusedAt = -Infinity;
  /** The generation that the control plane named last, and over how long it spreads renewals, in milliseconds. */
  let wanted = 0;
  let spreadMs = 0;
  const listeners: (() => void)[] = [];
  const rootListeners: (() => void)[] = [];
  const waits = createAttemptWaits();
  const turns = createProofTurns(settings.proofs);
  const current = (): HeldIdentity | undefined =>
    held !== undefined && held.ends > Date.now() ? held : undefined;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const outage = followOutage({ held: () => held, log, onChange: changed });

  /** Kept until there is a certificate for it: a join token that this request used works for no other one. */
  let request: SigningRequest | undefined;
  const kept =
    file === undefined || !settings.proofs.includes('join-token')
      ? undefined
      : requestFile(`${file}.request`, nodeId, log);

  async function firstRequest(): Promise<SigningRequest> {
    const before = await kept?.read();
    if (before !== undefined) return before;
    const made = await signingRequest();
    await kept?.keep(made);
    return made;
  }

  /** Takes the kept certificate after all, if the clock was wrong when the agent started: that of a machine is often set a moment after its start. */
  async function takeKept(): Promise<boolean> {
    const found = held === undefined ? await lastAgent?.read() : undefined;
    if (found === undefined) return false;
    held = found;
    problem = undefined;
    log.info(facts(found), 'took the kept certificate, which the clock did not allow before');
    changed();
    next.set(found.renew - Date.now());
    return true;
  }

  async function attempt(): Promise<void> {
    isAttempting = true;
    try {
      if (await takeKept()) return;
      const isFirst = current() === undefined;
      request ??= isFirst ? await firstRequest() : await signingRequest();
      const before = held;
      held = await obtain(
        { ...options, keep: async (received) => keep?.(received) },
        { before: current(), made: request, turns },
      );
      request = undefined;
      problem = undefined;
      outage.answered(false);
      waits.reset();
      turns.reset();
      log.info(facts(held), 'got a certificate from the control plane');
      changed();
      if (before !== undefined && rootOf(before) !== rootOf(held))
        for (const listener of rootListeners) listener();
      if (isFirst) await kept?.remove();
      // The authority may have changed since the control plane signed this certificate.
      const isCurrent = (held.generation ?? 0) >= wanted;
      next.set(isCurrent ? untilRenewal(held, Date.now()) : OUTDATED_MS * (1 + Math.random()));
    } catch (error) {
      const text = errorText(error);
      if (text !== problem)
        log.warn(
          coded('IDENTITY_UNPROVEN', { problem: text }),
          'got no certificate from the control plane: trying again',
        );
      problem = text;
      if (error instanceof AttestationRefused) outage.answered(false);
      else outage.missed();
      if (error instanceof ControlPlaneBusy) return next.set(waits.afterBusy(error.retryAfterMs));
      const least = error instanceof AttestationRefused ? error.retryAfterMs : 0;
      const asked =
        held !== undefined && (held.generation ?? 0) < wanted
          ? { spreadMs, leftMs: held.ends - Date.now() }
          : undefined;
      next.set(waits.next(current() !== undefined, least, asked));
    } finally {
      isAttempting = false;
    }
  }

  const next = createClockTimer(() => void attempt());

  // So that an agent that starts while the control plane is away knows since when.
  const noting = setInterval(() => {
    const contact = outage.contact();
    if (held === undefined || contact - (held.contact ?? 0) < NOTED_SHARE * lifetimeOf(held)) return;
    held = { ...held, contact };
    void keep?.(held);
  }, NOTE_EVERY_MS).unref();

  next.set(held === undefined ? 0 : held.renew - Date.now());
  return {
    current,
    held: () => held,
    acceptsExpired: () => outage.acceptsExpiredUntil() !== undefined,
    onChange: (listener) => void listeners.push(listener),
    onNewRoot: (listener) => void rootListeners.push(listener),
    status: () => ({
      state: held === undefined ? 'waiting' : current() === undefined ? 'ended' : 'held',
      spiffeId: held?.spiffeId,
      ends: held && new Date(held.ends).toISOString(),
      renews: held && new Date(held.renew).toISOString(),
      secondsLeft: held && Math.max(0, Math.floor((held.ends - Date.now()) / 1000)),
      problem,
      acceptsExpiredUntil: isoOf(outage.acceptsExpiredUntil()),
    }),
    renewSoon({ generation, spreadSeconds }) {
      wanted = generation;
      spreadMs = spreadSeconds * 1000;
      if (held === undefined || isAttempting || (held.generation ?? 0) >= generation) return;
      log.info({ generation, spreadSeconds }, 'the authority has changed: renewing the certificate');
      next.set(Math.random() * spreadSeconds * 1000);
    },
    connected: () => outage.answered(true),
    refused(reason) {
      outage.missed();
      // A certificate that was revoked, or whose root is gone. One that has ended is replaced anyway.
      if (!/\b16 UNAUTHENTICATED\b/.test(reason) || current() === undefined || isAttempting) return;
      if (performance.now() - refusedAt < REFUSED_EVERY_MS) return;
      refusedAt = performance.now();
      next.set(REFUSED_WAIT_MS * (1 + Math.random()));
    },
    close() {
      next.close();
      clearInterval(noting);
      outage.close();
    },
  };
}

// The certificate library takes megabytes, and needs the other one loaded before it.
async function signingRequest(): Promise<SigningRequest> {
  await import('reflect-metadata');
  const { makeSigningRequest } = await import('./signing-request.ts');
  return makeSigningRequest();
}

function facts({ spiffeId, ends, renew }: HeldIdentity) {
  return { spiffeId, ends: new Date(ends).toISOString(), renews: new Date(renew).toISOString() };
}

function isoOf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
