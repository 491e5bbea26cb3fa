import type { FastifyRequest } from 'fastify';
import type { AccessKey } from '../../auth/credentials/credentials.ts';
import { requireSecret } from '../../auth/credentials/password.ts';
import type { Signers } from '../../auth/open-access.ts';
import { originOf } from '../../connections/connection-tracker.ts';
import { isConfidential } from '../../http/authenticate.ts';
import { badRequest, forbidden } from '../../http/errors.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import type { SignIn } from '../contract.ts';
import type { Failures } from './failures.ts';

/** The most characters of a key, a secret or a session token. */
const MOST_CHARACTERS = 4096;

/** The part of the authentication of users that the console needs. */
export type ConsoleSigners = Pick<Signers, 'keyOf'>;

/**
 * Returns the key that a request to sign in proves to have. `now`: milliseconds since 1970.
 * @throws ApiError ForbiddenException if the connection is not confidential, TooManyRequestsException after five failures of its
 *   address within a minute, UnrecognizedClientException, ExpiredTokenException
 */
export function keyOfSignIn(
  request: FastifyRequest,
  signers: ConsoleSigners,
  failures: Failures,
  now: number,
): AccessKey {
  requireConfidential(request);
  const source = originOf(request.ip);
  failures.requireFew(source);
  const { accessKeyId, secretAccessKey, sessionToken } = readSignIn(request.body);
  try {
    const given = { secret: secretAccessKey, sessionToken };
    return requireSecret(signers.keyOf(accessKeyId), given, now);
  } catch (error) {
    failures.add(source);
    throw error;
  }
}

/** Requires a request that no other machine can read. @throws ApiError ForbiddenException */
export function requireConfidential(request: FastifyRequest): void {
  if (isConfidential(request)) return;
  throw forbidden('The console signs users in over TLS or on the machine of the control plane only.');
}

function readSignIn(body: unknown): SignIn {
  const json = parseJsonBody((body ?? new Uint8Array()) as Uint8Array);
  return {
    accessKeyId: text(json, 'accessKeyId'),
    secretAccessKey: text(json, 'secretAccessKey'),
    ...(json['sessionToken'] === undefined ? {} : { sessionToken: text(json, 'sessionToken') }),
  };
}

// The value is a secret, so the error does not have it.
function text(json: Readonly<Record<string, unknown>>, name: keyof SignIn): string {
  const value = json[name];
  if (typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS) return value;
  throw badRequest(`The member ${name} has to be a text of 1 to ${MOST_CHARACTERS} characters.`);
}
