import type { PublicKey } from '@peculiar/x509';
import {
  ATTEST_PATH,
  decodeAgentMessage,
  encodeAnswer,
  MOST_ATTEST_BYTES,
  type AgentMessage,
  type Hello,
  type Proof,
} from '../../../common/contracts/attestation/messages.ts';
import { errorText } from '../../../common/error-text.ts';
import type { Log } from '../../../common/log.ts';
import { createKeyedBuckets } from '../../../common/limits/keyed-buckets.ts';
import { createTokenBucket, type TokenBucket } from '../../../common/limits/token-bucket.ts';
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
import {
  begin,
  hostOf,
  LONGEST_NODE_ID,
  namedProxy,
  notRenewed,
  ownCertificate,
  type Begun,
} from './begin.ts';
import { createPlaces, type Place } from './places.ts';
import type { RecentRefusals } from './recent-refusals.ts';
import { Refused } from './refused.ts';

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
};

/** How long an agent may take for each of its two messages, in milliseconds. */
const MESSAGE_MS = 10_000;
/** New attempts a second, in all: above the certificates that two cores issue, with room for a fleet that starts at once. */
const RATE = { rate: 200, burst: 2000 };
/** New attempts a second of one node, so that its instances in a crash loop do not use up those of others. */
const NODE_RATE = { rate: 20, burst: 500 };
const HOUR = 60 * 60 * 1000;

/** Attestation as a service for the server of ADS. It asks for no credentials: it gives them out. */
export function createAttestation(options: AttestOptions): { readonly addTo: (server: GrpcServer) => void } {
  const { now = Date.now, log } = options;
  const bucket = createTokenBucket(RATE);
  const warn = boundedWarnings(log);
  const places = createPlaces();
  const nodeBuckets = createKeyedBuckets(NODE_RATE);
  // Apart, so that strangers, who may name any node, keep no agent from renewing its certificate.
  const renewals = createTokenBucket(RATE);
  const renewalBuckets = createKeyedBuckets(NODE_RATE);

  function attest(call: ServerCall): CallReader {
    let state: State = { kind: 'hello' };
    let timer: NodeJS.Timeout | undefined;
    let place: Place | undefined;
    let isOver = false;
    call.whenOver((end) => {
      isOver = true;
      place?.leave();
      clearTimeout(timer);
      if (end !== undefined && end.code !== status.OK)
        options.onOutcome(methodAt(state), statusName(end.code));
    });
    const own = ownCertificate(call, options.trust, now());
    requireRate(own === undefined ? bucket : renewals, 'at once');
    place = places.take(() =>
      call.end(
        status.RESOURCE_EXHAUSTED,
        'another attempt took the place of this one, which waited for its agent',
      ),
    );
    const wait = (): void => {
      place?.wait();
      clearTimeout(timer);
      const late = (): void => call.end(status.DEADLINE_EXCEEDED, `no message within ${MESSAGE_MS / 1000} s`);
      timer = setTimeout(late, MESSAGE_MS).unref();
    };
    wait();

    async function answerHello(hello: Hello): Promise<void> {
      const proxy = await namedProxy(options.live, hello.nodeId);
      if (state.kind === 'deciding') state = { ...state, proxy };
      // Before the signature of the request is verified.
      const ofNode =
        own === undefined
          ? nodeBuckets(`${proxy.owner} ${proxyPath(proxy)}`)
          : renewalBuckets(own.subjectAltName ?? '');
      requireRate(ofNode, 'of this node');
      const begun = await begin(options, call, hello, proxy);
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
      const svid = await issue(options, attempt, key);
      // Before the agent gets it, so that no certificate is in use that the operator does not see.
      await options.ledger.note(entryOf(attempt, svid, proven, now()), proven.replaces);
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
      call.end(status.OK);
    }

    function refuse(error: unknown): void {
      if (!(error instanceof Refused)) return call.fail(error);
      const { refusal } = error;
      const proxy = state.kind === 'deciding' ? state.proxy : undefined;
      if (proxy !== undefined) options.refusals?.refused(proxy, hostOf(call.connection.peer), refusal);
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
        clearTimeout(timer);
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
  | {
      readonly kind: 'deciding';
      readonly method: string;
      readonly node: string;
      /** Undefined until the model has it. */
      readonly proxy?: ProxyId;
    };

function methodAt(state: State): string {
  if (state.kind === 'hello') return 'none';
  return state.kind === 'deciding' ? state.method : state.prover.method;
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

function requireRate(bucket: TokenBucket, which: string): void {
  const wait = bucket();
  if (wait === 0) return;
  const soon = `the next will be taken in ${Math.ceil(wait * 1000)} ms`;
  throw new CallError(status.RESOURCE_EXHAUSTED, `too many attestations ${which}: ${soon}`);
}

function decode(bytes: Uint8Array): AgentMessage {
  try {
    // The bytes are valid during the call only.
    return decodeAgentMessage(new Uint8Array(bytes));
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is no AttestRequest', { cause });
  }
}
