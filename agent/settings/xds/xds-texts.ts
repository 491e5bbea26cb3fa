import { createPrivateKey, X509Certificate } from 'node:crypto';
import { fileSource, withLineBreaks, type Source } from '../../../common/files/source.ts';
import type { Parser, Reader } from '../../../common/settings.ts';
import { path } from '../parsers/parsers.ts';

/**
 * Variables that hold a document for the connection to the control plane, instead of the path of a file. ECS injects secrets only as
 * variables. Their values are not logged, not in the status, and not in the environment of any other program.
 */
export const XDS_TEXTS: readonly string[] = [
  'DAYBREAK_XDS_CA',
  'DAYBREAK_XDS_CERT',
  'DAYBREAK_XDS_JOIN_TOKEN',
  'DAYBREAK_XDS_KEY',
  'DAYBREAK_XDS_TOKEN',
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Parses one or more certificates in PEM. */
const certificates: Parser<string> = pem('one or more certificates in PEM form', (text) => {
  const found = Array.from(text.matchAll(CERTIFICATE), ([each]) => new X509Certificate(each));
  return found.length > 0;
});

const privateKey: Parser<string> = pem('an unencrypted private key in PEM form', (text) => {
  createPrivateKey(text);
  return true;
});

/** Visible ASCII: a superset of a bearer token's characters (RFC 6750, section 2.1, `b64token`), without line breaks. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Parses a bearer token: one line of visible ASCII characters. */
export const token: Parser<string> = (text) =>
  TOKEN.test(text) ? { value: text } : { wanted: 'a token, one line of visible ASCII characters' };

const PARSERS = { CA: certificates, CERT: certificates, KEY: privateKey, TOKEN: token, JOIN_TOKEN: token };

type Name = keyof typeof PARSERS;

/** Reads `DAYBREAK_XDS_NAME`, which holds a document, or `DAYBREAK_XDS_NAME_FILE`, which names its file. Both are an error. */
export function readXdsSource(read: Reader, name: Name): Source | undefined {
  const [inText, inFile] = variables(name);
  const text = read.secret(inText, PARSERS[name], undefined);
  const file = read(inFile, path, undefined);
  if (variables(name).every((each) => isSet(read, each))) {
    const wanted = `not to be set together with ${inFile}: one holds the text, the other the path of its file`;
    read.problem({ name: inText, got: undefined, wanted, isSecret: true });
  }
  if (text !== undefined) return { kind: 'text', setting: inText, text };
  return file === undefined ? undefined : fileSource(inFile, file);
}

/** Reports a certificate without its key, and the reverse, under the name of the missing variable. */
export function requirePair(read: Reader): void {
  const given = (['CERT', 'KEY'] as const).map((name) =>
    variables(name).findIndex((each) => isSet(read, each)),
  );
  for (const [index, missing] of (['CERT', 'KEY'] as const).entries()) {
    const form = given[1 - index] ?? -1;
    if (given[index] !== -1 || form === -1) continue;
    const wanted = 'a client certificate needs both its certificate and its key';
    read.problem({ name: variables(missing)[form] ?? '', got: undefined, wanted });
  }
}

function variables(name: Name): readonly [text: string, file: string] {
  return [`DAYBREAK_XDS_${name}`, `DAYBREAK_XDS_${name}_FILE`];
}

function isSet(read: Reader, variable: string): boolean {
  return read.secret(variable, () => ({ value: true }), false);
}

function pem(wanted: string, isValid: (text: string) => boolean): Parser<string> {
  return (given) => {
    const value = withLineBreaks(given).trim();
    try {
      return isValid(value) ? { value } : { wanted };
    } catch {
      return { wanted };
    }
  };
}
