import {
  ATTEST_PATH,
  decodeAnswer,
  encodeHello,
  encodeProof,
  type Challenge,
  type Hello,
  type IssuedCertificate,
  type Proof,
} from '../../common/contracts/attestation/messages.ts';
import { openCall } from '../../xds/grpc/client-call.ts';
import type { ConnectionOptions, ServerAddress } from '../../xds/grpc/client-connection.ts';
import { statusName } from '../../xds/grpc/status.ts';

/** The control plane refused the proof. */
export class AttestationRefused extends Error {
  /** Such as `NOT_BOUND`. */
  readonly code: string;
  /** How long to wait before the next attempt, at least, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(code: string, reason: string, retryAfterMs: number) {
    super(`${code}: ${reason}`);
    this.name = 'AttestationRefused';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The longest that one attempt takes, in milliseconds: a connection, two answers, and AWS STS behind the second. */
const LIMIT_MS = 20_000;

/**
 * Attests to one control plane, on a connection of its own.
 * @param prove answers the challenge
 * @throws AttestationRefused, or an Error with the reason why there was no answer
 */
export function attest(
  address: ServerAddress,
  tls: NonNullable<ConnectionOptions['tls']>,
  hello: Hello,
  prove: (challenge: Challenge) => Promise<Proof>,
): Promise<IssuedCertificate> {
  const { promise, resolve, reject } = Promise.withResolvers<IssuedCertificate>();
  const call = openCall(
    address,
    ATTEST_PATH,
    { tls },
    {
      onHeaders: () => undefined,
      onMessage(bytes) {
        try {
          // The bytes are valid during the call only.
          answer(new Uint8Array(bytes));
        } catch (error) {
          reject(error);
        }
      },
      onEnd: ({ code, details }) => reject(new Error(`${code} ${statusName(code)}: ${details}`)),
    },
  );
  const timer = setTimeout(
    () => reject(new Error(`it did not answer within ${LIMIT_MS / 1000} s`)),
    LIMIT_MS,
  );

  function answer(bytes: Uint8Array): void {
    const message = decodeAnswer(bytes);
    switch (message.kind) {
      case 'challenge':
        prove(message).then((proof) => call.write(encodeProof(proof)), reject);
        return;
      case 'certificate':
        return resolve(message);
      case 'refusal':
        return reject(new AttestationRefused(message.code, message.reason, message.retryAfterSeconds * 1000));
      case 'nothing':
    }
  }

  call.write(encodeHello(hello));
  return promise.finally(() => {
    clearTimeout(timer);
    call.close();
  });
}
