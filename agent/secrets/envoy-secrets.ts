import type { Validity } from '../../common/certificate-validity.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { readCertificates, serialOf } from './pem.ts';
import { validityOf } from './secret-content.ts';
import type { SecretReference } from './secret-references.ts';

/** A secret in Envoy, received or pending. */
export type EnvoySecret = {
  readonly name: string;
  /** When Envoy received it or began to wait for it, in milliseconds since 1970. */
  readonly since: number;
  /** Undefined while Envoy waits for it. */
  readonly received:
    | {
        /** Undefined if its certificates are malformed. */
        readonly validity: Validity | undefined;
        /** Serial numbers of the first certificate or of all authorities, normalized by `serialOf`. */
        readonly serials: readonly string[];
      }
    | undefined;
};

/** Reads secrets from Envoy's admin interface. */
export type EnvoySecrets = {
  /** Reads all secrets; their contents only after a change. Rejects if Envoy does not answer. */
  read(signal: AbortSignal): Promise<readonly EnvoySecret[]>;
};

/** Resources of Envoy's configuration dump: secrets that Envoy waits for, and secrets that it has. */
const WARMING = 'dynamic_warming_secrets';
const ACTIVE = 'dynamic_active_secrets';
/** Field mask without contents: 150 bytes per secret. */
const HEADS = 'name,version_info,last_updated';

type Head = { readonly name: string; readonly version_info: string; readonly last_updated: string };
type Full = Head & { readonly secret: object };

/**
 * Creates a reader. Envoy's `/certs` does not name secrets, so the contents come from the configuration dump: whole certificates;
 * Envoy redacts keys. The dump holds the version that Envoy received last, which may not be in force.
 */
export function createEnvoySecrets(admin: Pick<AdminClient, 'configDump'>): EnvoySecrets {
  let cached: { readonly heads: string; readonly received: readonly EnvoySecret[] } = {
    heads: '',
    received: [],
  };

  return {
    async read(signal) {
      const [warming, active] = await Promise.all([
        admin.configDump<Head>(WARMING, HEADS, signal),
        admin.configDump<Head>(ACTIVE, HEADS, signal),
      ]);
      const heads = JSON.stringify(active);
      if (heads !== cached.heads) {
        const full = active.length === 0 ? [] : await admin.configDump<Full>(ACTIVE, undefined, signal);
        cached = { heads, received: full.map(receivedSecret) };
      }
      return [...cached.received, ...warming.map(waitingSecret)];
    },
  };
}

function waitingSecret({ name, last_updated: since }: Head): EnvoySecret {
  return { name, since: Date.parse(since), received: undefined };
}

function receivedSecret({ name, last_updated: since, secret }: Full): EnvoySecret {
  return { name, since: Date.parse(since), received: readContent(secret) };
}

/** Reads all PEM data: a certificate's chain, or a validation context's authorities, including SPIFFE trust domains. */
function readContent(secret: object): EnvoySecret['received'] {
  const kind: SecretReference['kind'] = 'tls_certificate' in secret ? 'certificate' : 'trust';
  const pem = Buffer.concat(Array.from(inlineData(secret)));
  try {
    const certificates = readCertificates('', pem);
    const counted = kind === 'certificate' ? certificates.slice(0, 1) : certificates;
    const serials = counted.map(({ serialNumber }) => serialOf(serialNumber));
    return { validity: validityOf(kind, certificates), serials };
  } catch {
    return { validity: undefined, serials: [] };
  }
}

function* inlineData(value: unknown): Generator<Buffer> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'private_key') continue;
    if (typeof each !== 'string') yield* inlineData(each);
    else if (key === 'inline_bytes') yield Buffer.from(each, 'base64');
    else if (key === 'inline_string') yield Buffer.from(each);
  }
}
