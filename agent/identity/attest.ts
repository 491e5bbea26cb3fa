import {
  ATTEMPT_MS,
  ATTEST_PATH,
  decodeAnswer,
  encodeHello,
  encodeKept,
  encodeProof,
  type Challenge,
  type Hello,
  type IssuedCertificate,
  type Proof,
} from '../../common/contracts/attestation/messages.ts';
import { timeLimit } from '../../common/limits/time-limit.ts';
import { openCall } from '../../xds/grpc/client-call.ts';
import type { ConnectionOptions, ServerAddress } from '../../xds/grpc/client-connection.ts';
import { status, statusName } from '../../xds/grpc/status.ts';

/** The control plane refused the proof. The message begins with the code, such as `NOT_BOUND`. */
export class AttestationRefused extends Error {
  /** How long to wait before the next attempt, at least, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.name = 'AttestationRefused';
    this.retryAfterMs = retryAfterMs;
  }
}

/** The control plane is overloaded, and says when to retry. */
export class ControlPlaneBusy extends Error {
  /** How long to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ControlPlaneBusy';
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Attests to one control plane, on a connection of its own. Returns the certificate after the control plane has noted that the agent has it.
 * @param prove answers the challenge
 * @param keep keeps the certificate, before the agent confirms it. Default: nothing has to be kept
 * @throws AttestationRefused, ControlPlaneBusy, what `prove` or `keep` threw, or an Error with the reason why there was no answer
 */
export function attest(
  address: ServerAddress,
  tls: NonNullable<ConnectionOptions['tls']>,
  hello: Omit<Hello, 'confirms'>,
  prove: (challenge: Challenge) => Promise<Proof>,
  keep: (issued: IssuedCertificate) => Promise<void> = () => Promise.resolve(),
): Promise<IssuedCertificate> {
  const { promise, resolve, reject } = Promise.withResolvers<IssuedCertificate>();
  let kept: Promise<IssuedCertificate> | undefined;
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
      onEnd({ code, details, retryAfterMs }) {
        if (code === status.OK && kept !== undefined) return resolve(kept);
        const text = `${code} ${statusName(code)}: ${details}`;
        reject(retryAfterMs === undefined ? new Error(text) : new ControlPlaneBusy(text, retryAfterMs));
      },
    },
  );
  const inTime = timeLimit(ATTEMPT_MS, () =>
    reject(new Error(`it did not answer within ${ATTEMPT_MS / 1000} s`)),
  );

  function answer(bytes: Uint8Array): void {
    const message = decodeAnswer(bytes);
    switch (message.kind) {
      case 'challenge':
        prove(message).then((proof) => call.write(encodeProof(proof)), reject);
        return;
      case 'certificate':
        kept = keep(message).then(() => message);
        kept.then(() => call.write(encodeKept()), reject);
        return;
      case 'refusal':
        return reject(
          new AttestationRefused(`${message.code}: ${message.reason}`, message.retryAfterSeconds * 1000),
        );
      case 'nothing':
    }
  }

  call.write(encodeHello({ ...hello, confirms: true }));
  return promise.finally(() => {
    inTime();
    call.close();
  });
}
