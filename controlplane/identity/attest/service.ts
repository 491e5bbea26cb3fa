import { randomBytes, X509Certificate } from 'node:crypto';
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
import { spiffeIdOf } from '../../../common/contracts/spiffe-id.ts';
import { errorText } from '../../../common/error-text.ts';
import type { Log } from '../../../common/log.ts';
import { createTokenBucket, type TokenBucket } from '../../../common/limits/token-bucket.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { GrpcServer } from '../../../xds/grpc/server.ts';
import type { CallReader, ServerCall } from '../../../xds/grpc/server-call.ts';
import { status, statusName } from '../../../xds/grpc/status.ts';
import { parseIdentity, proxyPath, resolve } from '../../ads/identity.ts';
import { boundedWarnings } from '../../bounded-warnings.ts';
import { coded } from '../../codes.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import type { Authority, Svid } from '../authority.ts';
import { DEFAULT_CERTIFICATE_HOURS, meshIdentityOf } from '../bindings.ts';
import { alternativeNames, isCurrent, rootAbove, type Trust } from '../chain.ts';
import type { Issued } from '../issued.ts';
import { readSigningRequest } from '../signing-request.ts';
import type { Attempt, Prover } from './attempt.ts';
import { createPlaces, type Place } from './places.ts';
import { Refused } from './refused.ts';

/** Inputs of the service. */
export type AttestOptions = {
  readonly live: LiveModel;
  readonly authority: Authority;
  /** To verify certificates of connections. */
  readonly trust: Trust;
  readonly provers: readonly Prover[];
  /** Notes each certificate. */
  readonly issued: Issued;
  readonly sts: { readonly host: string; readonly region: string };
  readonly log: Log;
  readonly onOutcome: (method: string, outcome: string) => void;
  readonly now?: () => number;
};

/** How long an agent may take for each of its two messages, in milliseconds. */
const MESSAGE_MS = 10_000;
/** New attempts a second, in all: above the certificates that two cores issue, with room for a fleet that starts at once. */
const RATE = { rate: 200, burst: 2000 };
/** The longest node.id, in characters: an ARN with two names of 255. */
const LONGEST_NODE_ID = 1024;
const HOUR = 60 * 60 * 1000;

/** Attestation as a service for the server of ADS. It asks for no credentials: it gives them out. */
export function createAttestation(options: AttestOptions): { readonly addTo: (server: GrpcServer) => void } {
  const { now = Date.now, log } = options;
  const bucket = createTokenBucket(RATE, now);
  const warn = boundedWarnings(log);
  const places = createPlaces(now);

  function attest(call: ServerCall): CallReader {
    let state: State = { kind: 'hello' };
    let timer: NodeJS.Timeout | undefined;
    let place: Place | undefined;
    call.whenOver((end) => {
      place?.leave();
      clearTimeout(timer);
      if (end !== undefined && end.code !== status.OK)
        options.onOutcome(methodAt(state), statusName(end.code));
    });
    requireRate(bucket);
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
      const begun = await begin(options, call, hello);
      state = { kind: 'proof', ...begun };
      call.write(() => encodeAnswer({ kind: 'challenge', ...begun.attempt.challenge }));
      // From now, not from when the challenge has left: a client may take nothing from its stream.
      wait();
    }

    async function answerProof({ attempt, prover, key }: Begun, proof: Proof): Promise<void> {
      const principal = await prover.verify(attempt, proof);
      const svid = await issue(options, attempt, key);
      options.issued.note({ attempt, svid, principal, method: prover.method });
      options.onOutcome(prover.method, 'issued');
      const node = proxyPath(attempt.proxy);
      log.info(
        { node, method: prover.method, principal, serial: svid.serial, from: attempt.address },
        'issued a certificate',
      );
      const { spiffeId, chain, roots, ends, begins } = svid;
      call.write(() =>
        encodeAnswer({
          kind: 'certificate',
          spiffeId,
          chain,
          roots,
          ends,
          renew: renewal(now(), begins, ends),
        }),
      );
      call.end(status.OK);
    }

    function refuse(error: unknown): void {
      if (!(error instanceof Refused)) return call.fail(error);
      const { refusal } = error;
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
          state = { kind: 'deciding', method: begun.prover.method, node: begun.attempt.hello.nodeId };
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

type Begun = { readonly attempt: Attempt; readonly prover: Prover; readonly key: PublicKey };

type State =
  | { readonly kind: 'hello' }
  | ({ readonly kind: 'proof' } & Begun)
  | { readonly kind: 'deciding'; readonly method: string; readonly node: string };

function methodAt(state: State): string {
  if (state.kind === 'hello') return 'none';
  return state.kind === 'deciding' ? state.method : state.prover.method;
}

/** Checks a hello, and chooses the method: the agent's first that this attempt could use. Cheap checks come first. */
async function begin(
  { live, authority, provers, trust, sts, now = Date.now }: AttestOptions,
  call: ServerCall,
  hello: Hello,
): Promise<Begun> {
  const proxy = await proxyOf(live, hello.nodeId);
  const spiffeId = spiffeIdOf(authority.trustDomain, proxy);
  if (spiffeId === undefined) {
    throw new Refused(
      'NAME_WITHOUT_ID',
      `${proxyPath(proxy)} can have no SPIFFE id: its names may only have letters, digits, dots, dashes and underscores`,
    );
  }
  const certificate = call.connection.certificate();
  const leaf = certificate && new X509Certificate(certificate.raw);
  const isOurs = leaf !== undefined && rootAbove(leaf, trust, now()) !== undefined;
  const certificateNames = isOurs ? alternativeNames(leaf, 'URI') : [];
  // TLS checked the dates at the handshake, which may be long ago.
  const foreign = leaf === undefined || isOurs || !isCurrent(leaf, now()) ? undefined : leaf;
  const foreignNames = {
    uris: foreign === undefined ? [] : alternativeNames(foreign, 'URI'),
    dns: foreign === undefined ? [] : alternativeNames(foreign, 'DNS'),
  };
  const prover = hello.methods
    .map((method) =>
      provers.find(
        (each) => each.method === method && each.offers({ certificateNames, foreignNames, spiffeId }),
      ),
    )
    .find((each) => each !== undefined);
  if (prover === undefined) {
    const offered = hello.methods.length === 0 ? 'nothing' : [...new Set(hello.methods)].join(', ');
    throw new Refused(
      'NO_METHOD',
      `the agent can prove itself by ${offered}; this control plane takes ${provers.map(({ method }) => method).join(', ')}`,
    );
  }
  const key = await readSigningRequest(hello.signingRequest);
  if (key === undefined) {
    throw new Refused(
      'SIGNING_REQUEST',
      'the signing request has to be PKCS #10, with a key on P-256 or P-384 that signed it',
    );
  }
  const challenge = {
    method: prover.method,
    nonce: new Uint8Array(randomBytes(32)),
    audience: authority.trustDomain,
    stsHost: sts.host,
    stsRegion: sts.region,
  };
  const attempt = {
    hello,
    proxy,
    spiffeId,
    challenge,
    address: hostOf(call.connection.peer),
    certificateNames,
    foreignNames,
  };
  return { attempt, prover, key };
}

async function proxyOf(live: LiveModel, nodeId: string): Promise<ProxyId> {
  const identity = identityIn(nodeId);
  // Another replica may have created the node a moment ago.
  const found = resolve(live.model, identity) ?? (await live.refresh(), resolve(live.model, identity));
  if (found === undefined) throw new Refused('NODE_UNKNOWN', `there is no ${proxyPath(identity)}`);
  return found;
}

function identityIn(nodeId: string): ReturnType<typeof parseIdentity> {
  if (nodeId.length > LONGEST_NODE_ID)
    throw new Refused('NODE_UNKNOWN', `node.id is longer than ${LONGEST_NODE_ID} characters`);
  try {
    return parseIdentity(nodeId);
  } catch (error) {
    throw new Refused('NODE_UNKNOWN', errorText(error));
  }
}

function issue(
  { live, authority }: AttestOptions,
  { proxy, spiffeId }: Attempt,
  key: PublicKey,
): Promise<Svid> {
  const hours = meshIdentityOf(live.model, proxy).certificateHours ?? DEFAULT_CERTIFICATE_HOURS;
  return authority.issue(spiffeId, key, hours * HOUR);
}

/** Half-way, give or take a tenth, so that a fleet that started at once does not renew at once. */
function renewal(now: number, begins: number, ends: number): number {
  const left = ends - Math.max(now, begins);
  return Math.round(now + left * (0.45 + Math.random() * 0.1));
}

function requireRate(bucket: TokenBucket): void {
  const wait = bucket();
  if (wait === 0) return;
  const soon = `the next will be taken in ${Math.ceil(wait * 1000)} ms`;
  throw new CallError(status.RESOURCE_EXHAUSTED, `too many attestations at once: ${soon}`);
}

function decode(bytes: Uint8Array): AgentMessage {
  try {
    // The bytes are valid during the call only.
    return decodeAgentMessage(new Uint8Array(bytes));
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is no AttestRequest', { cause });
  }
}

function hostOf(peer: string): string {
  const host = peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host.replace(/^::ffff:(?=\d+\.)/i, '');
}
