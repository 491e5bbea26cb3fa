import { fileSource, withLineBreaks, type Source } from '../common/files/source.ts';
import { text, type Reader } from '../common/settings.ts';

/** Variables that hold a document instead of the path of its file, by the flag of the file. ECS injects secrets only as variables. */
const TEXT_VARIABLES = {
  '--ca-key': 'DAYBREAK_CA_KEY_BASE64',
  '--credentials': 'DAYBREAK_CREDENTIALS_JSON',
  '--tokens': 'DAYBREAK_TOKENS_JSONL',
  '--tls-cert': 'DAYBREAK_TLS_CERT_PEM',
  '--tls-key': 'DAYBREAK_TLS_KEY_PEM',
} as const;

type Flag = keyof typeof TEXT_VARIABLES;

/** The variables of the environment that hold the text of a document. */
export const SECRET_TEXTS: readonly string[] = Object.values(TEXT_VARIABLES);

/** Reads a flag that names a file, or the variable that holds its text. Both are an error. */
export function readSecretSource(read: Reader, flag: Flag): Source | undefined {
  const variable = TEXT_VARIABLES[flag];
  const path = read(flag, text, undefined);
  const content = read.secret(variable, text, undefined);
  if (path !== undefined && content !== undefined) {
    const wanted = `not to be set together with ${flag}: one holds the text, the other the path of its file`;
    read.problem({ name: variable, got: undefined, wanted, isSecret: true });
  }
  if (path !== undefined) return fileSource(flag, path);
  if (content === undefined) return undefined;
  // In JSON, the characters `\n` may be a part of a string.
  const lines = flag === '--credentials' ? content : withLineBreaks(content);
  return { kind: 'text', setting: variable, text: lines };
}

/** Reads the certificate and key of the listeners. One without the other is an error. */
export function readCertificateSources(
  read: Reader,
): { readonly cert: Source; readonly key: Source } | undefined {
  const cert = readSecretSource(read, '--tls-cert');
  const key = readSecretSource(read, '--tls-key');
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) {
    const name = cert.kind === 'file' ? '--tls-key' : TEXT_VARIABLES['--tls-key'];
    read.problem({ name, got: undefined, wanted: `the key of the certificate in ${cert.setting}` });
  }
  if (key !== undefined) {
    const name = key.kind === 'file' ? '--tls-cert' : TEXT_VARIABLES['--tls-cert'];
    read.problem({ name, got: undefined, wanted: `the certificate of the key in ${key.setting}` });
  }
  return undefined;
}
