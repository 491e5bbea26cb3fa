import type { Validity } from '../../common/certificate-validity.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { readCertificates, serialOf } from './pem.ts';
import { validityOf } from './secret-content.ts';
import type { SecretReference } from './secret-references.ts';

/** A secret as Envoy has it. */
export type EnvoySecret = {
  readonly name: string;
  /** When it came, or since when Envoy waits for it, in milliseconds since 1970. */
  readonly since: number;
  /** Undefined while Envoy waits for it. */
  readonly received:
    | {
        /** Undefined where its certificates cannot be read. */
        readonly validity: Validity | undefined;
        /** Of the first certificate, or of all authorities: the serial numbers, as `serialOf` writes them. */
        readonly serials: readonly string[];
      }
    | undefined;
};

/** What Envoy's admin interface tells of its secrets. */
export type EnvoySecrets = {
  /** Reads all of them; contents only when something has changed. Fails where Envoy does not answer. */
  read(signal: AbortSignal): Promise<readonly EnvoySecret[]>;
};

/** Envoy's configuration dumps of what it waits for, and of what it has. */
const WARMING = 'dynamic_warming_secrets';
const ACTIVE = 'dynamic_active_secrets';
/** Without contents it is 150 bytes a secret. */
const HEADS = 'name,version_info,last_updated';

type Head = { readonly name: string; readonly version_info: string; readonly last_updated: string };
type Full = Head & { readonly secret: object };

/**
 * Asks through `admin`. Envoy's `/certs` names no secrets, so what each holds is read from the dump: certificates whole, keys
 * left out by Envoy. It holds what was sent last, which need not be in force.
 */
export function createEnvoySecrets(admin: Pick<AdminClient, 'configDump'>): EnvoySecrets {
  let known: { readonly heads: string; readonly received: readonly EnvoySecret[] } = {
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
      if (heads !== known.heads) {
        const full = active.length === 0 ? [] : await admin.configDump<Full>(ACTIVE, undefined, signal);
        known = { heads, received: full.map(receivedSecret) };
      }
      return [...known.received, ...warming.map(waitingSecret)];
    },
  };
}

function waitingSecret({ name, last_updated: since }: Head): EnvoySecret {
  return { name, since: Date.parse(since), received: undefined };
}

function receivedSecret({ name, last_updated: since, secret }: Full): EnvoySecret {
  return { name, since: Date.parse(since), received: readContent(secret) };
}

/** A certificate's chain, or a context's authorities, those of SPIFFE's trust domains among them: whatever is PEM. */
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
