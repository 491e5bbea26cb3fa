/**
 * What a secret from files is made of, PEM files all of them: a certificate with its chain and its key, or the
 * authorities that are trusted.
 */
export type FileSecret =
  | { readonly kind: 'certificate'; readonly chain: string; readonly privateKey: string }
  | { readonly kind: 'trust'; readonly chain: string };

const PREFIX = 'file:';

/**
 * The name under which the control plane's configuration asks the agent for a secret from files: `file:CHAIN;KEY` or
 * `file:CHAIN`, with `%` and `;` in a path as in a URL.
 */
export function fileSecretName(secret: FileSecret): string {
  const paths = secret.kind === 'trust' ? [secret.chain] : [secret.chain, secret.privateKey];
  return `${PREFIX}${paths.map((path) => path.replace(/[%;]/g, encodeURIComponent)).join(';')}`;
}

/** The files that such a name stands for; undefined where it is none. */
export function parseFileSecretName(name: string): FileSecret | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const parts = name.slice(PREFIX.length).split(';');
  if (parts.some((part) => /%(?!25|3B)/.test(part))) return undefined;
  const [chain = '', privateKey, ...others] = parts.map(decodeURIComponent);
  if (chain === '' || privateKey === '' || others.length > 0) return undefined;
  return privateKey === undefined ? { kind: 'trust', chain } : { kind: 'certificate', chain, privateKey };
}
