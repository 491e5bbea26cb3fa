import { createHash, type X509Certificate } from 'node:crypto';
import type { PublicKey } from '@peculiar/x509';
import {
  ATTEMPT_MS,
  ATTEST_PATH,
  decodeAgentMessage,
  encodeAnswer,
  MOST_ATTEST_BYTES,
  type AgentMessage,
  type Hello,
  type Proof,
} from '../../../common/contracts/attestation/messages.ts';
import { errorText } from '../../../common/error-text.ts';
import { timeLimit } from '../../../common/limits/time-limit.ts';
import type { Log } from '../../../common/log.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { GrpcServer } from '../../../xds/grpc/server.ts';
import type { CallReader, ServerCall } from '../../../xds/grpc/server-call.ts';
import { status, statusName } from '../../../xds/grpc/status.ts';
import { proxyPath } from '../../ads/identity.ts';
import { boundedWarnings } from '../../bounded-warnings.ts';
import { coded } from '../../codes.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import type { Authority, Svid } from '../authority/authority.ts';
import { DEFAULT_CERTIFICATE_HOURS, meshIdentityOf } from '../bindings.ts';
import type { Trust } from '../authority/chain.ts';
import type { CertificateLedger, LedgerEntry } from '../certificate-ledger.ts';
import type { Attempt, Prover, Proven } from './attempt.ts';
import { createBudget } from './limits/budget.ts';
import { callErrorFor } from './call-error.ts';
import { begin, LONGEST_NODE_ID, namedProxy, notRenewed, ownCertificate, type Begun } from './begin.ts';
import type { Place } from './limits/places.ts';
import type { RecentRefusals } from './recent-refusals.ts';
import { Refused } from './refused.ts';
import { createWorkQueue, type WorkKind } from './limits/work-queue.ts';
import { peerHost } from '../../../common/addresses/peer-host.ts';

/** Inputs of the service. */
export type AttestOptions = {
  readonly live: LiveModel;
  readonly authority: Authority;
  /** To verify certificates of connections. */
  readonly trust: Trust;
  readonly provers: readonly Prover[];
  /** Notes each certificate. */
  readonly ledger: CertificateLedger;
  readonly sts: { readonly host: string; readonly region: string };
  readonly log: Log;
  readonly onOutcome: (method: string, outcome: string) => void;
  /** Notes refused agents, for the status. */
  readonly refusals?: RecentRefusals;
  readonly now?: () => number;
  /** Milliseconds of a monotonic clock. Default: that of the process. */
  readonly clock?: () => number;
};

/** How long an agent may take for each of its two messages, in milliseconds. */
const MESSAGE_MS = 10_000;
const HOUR = 60 * 60 * 1000;
/** A certificate with less than this part of its lifetime left is renewed before others. */
const ENDING_SHARE = 0.25;
/**
 * The time that an attempt needs beside the work here, in milliseconds: the way to the control plane, and the store. Work has to be done
 * earlier by this.
 */
const ELSEWHERE_MS = 3000;
/** Creates the service of attestation for the server of ADS. It asks for no credentials: it gives them out. */
export function createAttestation(options: AttestOptions): { readonly addTo: (server: GrpcServer) => void } {
  const { now = Date.now, clock = () => performance.now(), log } = options;
  const warn = boundedWarnings(log);
  const work = createWorkQueue(clock);
  // Apart, so that strangers, who may name any node, keep no agent from renewing its certificate.
  const strangers = createBudget('strangers', clock);
  const agents = createBudget('agents', clock);

  function attest(call: ServerCall): CallReader {
    let state: State = { kind: 'hello' };
    let inTime = (): void => undefined;
    let place: Place | undefined;
    let isOver = false;
    call.whenOver((end) => {
      isOver = true;
      place?.leave();
      inTime();
      if (end !== undefined && end.code !== status.OK)
        options.onOutcome(methodAt(state), statusName(end.code));
    });
    const by = call.connection.since + ATTEMPT_MS - ELSEWHERE_MS;
    const own = ownCertificate(call, options.trust, now());
    const budget = own === undefined ? strangers : agents;
    place = budget.enter((error) => call.fail(error));
    const wait = (): void => {
      place?.wait();
      inTime();
      inTime = timeLimit(MESSAGE_MS, () =>
        call.end(status.DEADLINE_EXCEEDED, `no message within ${MESSAGE_MS / 1000} s`),
      );
    };
    wait();

    async function answerHello(hello: Hello): Promise<void> {
      const proxy = await namedProxy(options.live, hello.nodeId);
      if (state.kind === 'deciding') state = { ...state, proxy };
      // Before the signature of the request is verified.
      const node = own === undefined ? `${proxy.owner} ${proxyPath(proxy)}` : (own.subjectAltName ?? '');
      budget.countNode(node);
      const begun = await work.run(kindOf(own, now()), by, () => begin(options, call, hello, proxy, own));
      state = { kind: 'proof', ...begun };
      call.write(() => encodeAnswer({ kind: 'challenge', ...begun.attempt.challenge }));
      // From now, not from when the challenge has left: a client may take nothing from its stream.
      wait();
    }

    async function answerProof({ attempt, prover, key }: Begun, proof: Proof): Promise<void> {
      const { renewalFault } = attempt;
      const proven = await prover.verify(attempt, proof).catch((error: unknown) => {
        if (!(error instanceof Refused) || renewalFault === undefined) throw error;
        throw error.because(notRenewed(renewalFault));
      });
      const { principal } = proven;
      // The agent gave up, and asks again: it would not get this certificate.
      if (isOver) return;
      const svid = await work.run('proof', by, () => issue(options, attempt, key));
      // Before the agent gets it, so that no certificate is in use that the operator does not see.
      const request = createHash('sha256').update(attempt.hello.signingRequest).digest('hex');
      const entry = entryOf(attempt, svid, proven, now());
      const isToConfirm = attempt.hello.confirms && proven.replaces !== undefined;
      await options.ledger.note(
        isToConfirm ? { ...entry, unconfirmed: true } : entry,
        proven.replaces,
        request,
      );
      budget.done();
      const isByPolicy = isBoundByPolicy(proven);
      options.onOutcome(prover.method, isByPolicy ? 'issued_by_iam_policy' : 'issued');
      options.refusals?.issued(attempt.proxy, attempt.address);
      const node = proxyPath(attempt.proxy);
      log.info(
        { node, method: prover.method, principal, isByPolicy, serial: svid.serial, from: attempt.address },
        'issued a certificate',
      );
      const { spiffeId, chain, roots, ends, begins, generation } = svid;
      call.write(() =>
        encodeAnswer({
          kind: 'certificate',
          spiffeId,
          chain,
          roots,
          ends,
          generation,
          renew: renewal(now(), begins, ends),
          expiredGraceSeconds:
            (meshIdentityOf(options.live.model, attempt.proxy).expiredGraceHours ?? 0) * 3600,
        }),
      );
      if (!attempt.hello.confirms) return call.end(status.OK);
      state = { kind: 'given', method: prover.method, serial: svid.serial };
      // The work is done: an agent that has its certificate gives way to no other attempt.
      place?.leave();
      wait();
    }

    async function noteKept(serial: string): Promise<void> {
      await options.ledger.confirm(serial);
      call.end(status.OK);
    }

    function refuse(error: unknown): void {
      if (!(error instanceof Refused)) return call.fail(budget.withRetry(callErrorFor(error)));
      const { refusal } = error;
      const proxy = state.kind === 'deciding' ? state.proxy : undefined;
      if (proxy !== undefined) options.refusals?.refused(proxy, peerHost(call.connection.peer), refusal);
      options.onOutcome(methodAt(state), refusal.code);
      const node = state.kind === 'deciding' ? state.node : undefined;
      const fields = { reason: refusal.code, node, from: call.connection.peer };
      warn(coded('IDENTITY_REFUSED', fields), `an agent got no certificate: ${errorText(error)}`);
      call.write(() => encodeAnswer({ kind: 'refusal', ...refusal }));
      call.end(status.OK);
    }

    return {
      mostMessageBytes: MOST_ATTEST_BYTES,
      message(bytes) {
        const message = decode(bytes);
        if (message.kind === 'nothing') return;
        inTime();
        place.work();
        if (message.kind === 'hello' && state.kind === 'hello') {
          const node = message.nodeId.slice(0, LONGEST_NODE_ID);
          state = { kind: 'deciding', method: 'none', node };
          answerHello(message).catch(refuse);
        } else if (message.kind === 'proof' && state.kind === 'proof') {
          const begun = state;
          state = {
            kind: 'deciding',
            method: begun.prover.method,
            node: begun.attempt.hello.nodeId,
            proxy: begun.attempt.proxy,
          };
          answerProof(begun, message.proof).catch(refuse);
        } else if (message.kind === 'kept' && state.kind === 'given') {
          noteKept(state.serial).catch(refuse);
        } else
          throw new CallError(
            status.INVALID_ARGUMENT,
            `an unexpected ${message.kind}: this stream is at ${state.kind}`,
          );
      },
      halfClose: () => undefined,
    };
  }

  return { addTo: (server) => server.add(ATTEST_PATH, attest) };
}

type State =
  | { readonly kind: 'hello' }
  | ({ readonly kind: 'proof' } & Begun)
  | { readonly kind: 'given'; readonly method: string; readonly serial: string }
  | {
      readonly kind: 'deciding';
      readonly method: string;
      readonly node: string;
      /** Undefined until the model has it. */
      readonly proxy?: ProxyId;
    };

function methodAt(state: State): string {
  if (state.kind === 'hello') return 'none';
  return state.kind === 'proof' ? state.prover.method : state.method;
}

function issue(
  { live, authority }: AttestOptions,
  { proxy, spiffeId }: Attempt,
  key: PublicKey,
): Promise<Svid> {
  const hours = meshIdentityOf(live.model, proxy).certificateHours ?? DEFAULT_CERTIFICATE_HOURS;
  return authority.issue(spiffeId, key, hours * HOUR);
}

function entryOf(
  { proxy, address }: Attempt,
  { serial, spiffeId, ends, generation }: Svid,
  { proof, proven }: Proven,
  now: number,
): LedgerEntry {
  return {
    serial,
    node: proxyPath(proxy),
    owner: proxy.owner,
    spiffeId,
    ends,
    issued: now,
    generation,
    from: address,
    proof,
    proven: proven ?? now,
  };
}

/** Half-way, give or take a tenth, so that a fleet that started at once does not renew at once. */
function renewal(now: number, begins: number, ends: number): number {
  const left = ends - Math.max(now, begins);
  return Math.round(now + left * (0.45 + Math.random() * 0.1));
}

/** Whether an IAM policy, and no NodeIdentity, binds the principal of a proof to the node. */
function isBoundByPolicy({ proof }: Proven): boolean {
  return proof?.method === 'aws iam' && proof.boundBy === 'iam policy';
}

/** The kind of an attempt before its proof, by the certificate of its connection. */
function kindOf(own: X509Certificate | undefined, now: number): WorkKind {
  if (own === undefined) return 'first';
  const [begins, ends] = [own.validFromDate.getTime(), own.validToDate.getTime()];
  return ends - now < (ends - begins) * ENDING_SHARE ? 'ending' : 'renewal';
}

function decode(bytes: Uint8Array): AgentMessage {
  try {
    // The bytes are valid during the call only.
    return decodeAgentMessage(new Uint8Array(bytes));
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is no AttestRequest', { cause });
  }
}
