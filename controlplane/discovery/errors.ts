/** What keeps an answer away, said for the person who reads the status. No key and no passphrase is ever in it. */
export class DiscoveryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiscoveryError';
  }
}

/** There was no answer in time. */
export const tooSlow = (ms: number): DiscoveryError => new DiscoveryError(`no answer in ${ms / 1000} s`);

/** An AWS service has answered, and not with what was asked for. */
export const refused = (service: string, status: number, type: string, message: string): DiscoveryError =>
  new DiscoveryError(`${service} answered ${status} ${type}: ${message}`);

/** An answer lacks what it has to have. */
export const incomplete = (service: string, what: string): DiscoveryError =>
  new DiscoveryError(`${service} answered without ${what}`);

/** This ARN is of nothing that can be asked for. */
export const wrongArn = (arn: string, wanted: string): DiscoveryError =>
  new DiscoveryError(`${JSON.stringify(arn)} is no ARN of ${wanted}`);

/** A certificate, its chain or its key cannot be used; `where` is a file or a service. */
export const unusable = (where: string, what: string, cause?: unknown): DiscoveryError =>
  new DiscoveryError(`${where}: ${what}`, cause === undefined ? {} : { cause });

/** An error with its causes in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // The SDK's errors say what they are in their name; a failed connection says it in its code, often with no words.
  const named = error.name === 'Error' || error.name === 'DiscoveryError' ? '' : `${error.name}: `;
  const message = error.message === '' ? (code ?? 'no reason given') : error.message;
  const cause = error.cause === undefined ? '' : ` (${reasonOf(error.cause)})`;
  return `${named}${message}${cause}`;
}
