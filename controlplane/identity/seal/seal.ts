import { createHash, webcrypto } from 'node:crypto';
import { errorText } from '../../../common/error-text.ts';
import { readSource, sourceName, type Source } from '../../../common/files/source.ts';
import { IdentityError } from '../errors.ts';

/** Seals private keys for the store, so that neither a database nor a backup has them in the clear. */
export type Sealer = {
  /** Names the sealing key without revealing it: the first digits of its SHA-256. */
  readonly keyId: string;
  /** Returns the sealed text. `purpose` is authenticated: a text that was sealed for another purpose does not open. */
  readonly seal: (plain: Uint8Array, purpose: string) => Promise<string>;
  /** @throws IdentityError if another key sealed the text, or it was changed */
  readonly open: (sealed: string, purpose: string) => Promise<Uint8Array>;
};

const KEY_BYTES = 32;
const IV_BYTES = 12;
const PLAIN = 'plain';

/**
 * Reads a sealing key: 32 bytes in base64.
 * @throws IdentityError
 */
export function readSealingKey(setting: string, content: Buffer): Buffer {
  const key = Buffer.from(content.toString('latin1').trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new IdentityError(
    'CA_KEY_UNUSABLE',
    `${setting}: it has to be ${KEY_BYTES} random bytes in base64, such as the output of: openssl rand -base64 ${KEY_BYTES}`,
  );
}

/** Reads a sealing key from its file or variable. @throws IdentityError */
export function sealingKeyFrom(source: Source): Buffer {
  let content: Buffer;
  try {
    content = readSource(source);
  } catch (cause) {
    throw new IdentityError(
      'CA_KEY_UNUSABLE',
      `${source.setting}: ${sourceName(source)} cannot be read: ${errorText(cause)}`,
      { cause },
    );
  }
  return readSealingKey(source.setting, content);
}

/** Seals with AES-256-GCM. */
export async function sealWith(key: Buffer): Promise<Sealer> {
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const secret = await webcrypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const parameters = (iv: Uint8Array<ArrayBuffer>, purpose: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: Buffer.from(purpose),
  });
  return {
    keyId,
    async seal(plain, purpose) {
      const iv = webcrypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await webcrypto.subtle.encrypt(parameters(iv, purpose), secret, Buffer.from(plain));
      return [keyId, encode(iv), encode(new Uint8Array(sealed))].join('.');
    },
    async open(text, purpose) {
      const [by = '', iv = '', sealed = ''] = text.split('.');
      if (by !== keyId) throw sealedByAnother(by, keyId);
      try {
        const nonce = new Uint8Array(Buffer.from(iv, 'base64url'));
        const plain = await webcrypto.subtle.decrypt(
          parameters(nonce, purpose),
          secret,
          Buffer.from(sealed, 'base64url'),
        );
        return new Uint8Array(plain);
      } catch (cause) {
        throw new IdentityError('AUTHORITY_DAMAGED', `the sealed key of ${purpose} was changed`, { cause });
      }
    },
  };
}

/** Keeps keys in the clear, for `--insecure`. */
export function sealNothing(): Sealer {
  return {
    keyId: PLAIN,
    seal: async (plain) => `${PLAIN}..${encode(plain)}`,
    open: async (text) => {
      const [by = '', , plain = ''] = text.split('.');
      if (by !== PLAIN) throw sealedByAnother(by, 'none');
      return new Uint8Array(Buffer.from(plain, 'base64url'));
    },
  };
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function sealedByAnother(by: string, own: string): IdentityError {
  return new IdentityError(
    'CA_KEY_UNUSABLE',
    `--ca-key: the authority's keys were sealed with key ${by}, and this one is ${own}: start with the key that sealed them`,
  );
}
