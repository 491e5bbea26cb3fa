/**
 * Paths of the PEM files of a secret: a certificate with its chain and its key, or trusted authorities.
 */
export type FileSecret =
  | { readonly kind: 'certificate'; readonly chain: string; readonly privateKey: string }
  | { readonly kind: 'trust'; readonly chain: string };

const PREFIX = 'file:';

/**
 * Returns the name of a file secret, which the control plane's configuration uses and the agent serves: `file:CHAIN;KEY` or
 * `file:CHAIN`. `%` and `;` in a path are percent-encoded.
 */
export function fileSecretName(secret: FileSecret): string {
  const paths = secret.kind === 'trust' ? [secret.chain] : [secret.chain, secret.privateKey];
  return `${PREFIX}${paths.map((path) => path.replace(/[%;]/g, encodeURIComponent)).join(';')}`;
}

/** Parses the name of a file secret; undefined for other names. */
export function parseFileSecretName(name: string): FileSecret | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const parts = name.slice(PREFIX.length).split(';');
  if (parts.some((part) => /%(?!25|3B)/.test(part))) return undefined;
  const [chain = '', privateKey, ...others] = parts.map(decodeURIComponent);
  if (chain === '' || privateKey === '' || others.length > 0) return undefined;
  return privateKey === undefined ? { kind: 'trust', chain } : { kind: 'certificate', chain, privateKey };
}
