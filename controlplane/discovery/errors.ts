import { errorCode } from '../../common/error-code.ts';

/** The reason for a missing answer, for the reader of the status. It never contains a key or a passphrase. */
export class DiscoveryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiscoveryError';
  }
}

/** No answer arrived in time. */
export const tooSlow = (ms: number): DiscoveryError => new DiscoveryError(`no answer in ${ms / 1000} s`);

/** An AWS service answered with an error. */
export const refused = (service: string, status: number, type: string, message: string): DiscoveryError =>
  new DiscoveryError(`${service} answered ${status} ${type}: ${message}`);

/** An answer lacks a required part. */
export const incomplete = (service: string, what: string): DiscoveryError =>
  new DiscoveryError(`${service} answered without ${what}`);

/** The ARN does not name a resource that can be looked up. */
export const wrongArn = (arn: string, wanted: string): DiscoveryError =>
  new DiscoveryError(`${JSON.stringify(arn)} is no ARN of ${wanted}`);

/** A certificate, its chain or its key cannot be used; `where` is a file or a service. */
export const unusable = (where: string, what: string, cause?: unknown): DiscoveryError =>
  new DiscoveryError(`${where}: ${what}`, cause === undefined ? {} : { cause });

/** Formats an error with its causes in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = errorCode(error);
  // The name of an SDK error tells its kind; a failed connection has it in its code, often without a message.
  const named = error.name === 'Error' || error.name === 'DiscoveryError' ? '' : `${error.name}: `;
  const message = error.message === '' ? (code ?? 'no reason given') : error.message;
  const cause = error.cause === undefined ? '' : ` (${reasonOf(error.cause)})`;
  return `${named}${message}${cause}`;
}
