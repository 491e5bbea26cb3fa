import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IDENTITY_SECRET, TRUST_SECRET } from '../../../../common/contracts/identity-secrets.ts';
import type { Pair } from '../../access/testing/test-certificates.ts';

/** The secrets of one Envoy, in files that it watches. */
export type SecretFiles = {
  /** Replaces the certificate and the trusted roots, as an agent does. */
  readonly write: (identity: Pair, roots: string) => Promise<void>;
  /** Returns a configuration whose secrets of the agent come from the files. */
  readonly fill: <T>(config: T) => T;
};

const SECRET = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** Returns the files in a folder. */
export function secretFiles(folder: string): SecretFiles {
  const fileOf = (name: string): string => join(folder, `${name.replaceAll('/', '-')}.json`);
  let version = 0;

  async function put(name: string, content: object): Promise<void> {
    const resources = [{ '@type': SECRET, name, ...content }];
    const file = fileOf(name);
    await writeFile(`${file}.new`, JSON.stringify({ version_info: `${(version += 1)}`, resources }));
    // Envoy watches for files that are moved into place.
    await rename(`${file}.new`, file);
  }

  return {
    async write({ chain, key }, roots) {
      await put(TRUST_SECRET, { validation_context: { trusted_ca: { inline_string: roots } } });
      await put(IDENTITY_SECRET, {
        tls_certificate: {
          certificate_chain: { inline_string: chain },
          private_key: { inline_string: key },
        },
      });
    },
    fill: <T>(config: T): T =>
      JSON.parse(JSON.stringify(config), (_, value: unknown) => {
        const { name, sds_config: source } = (value ?? {}) as { name?: string; sds_config?: unknown };
        if (name === undefined || source === undefined) return value;
        return {
          name,
          sds_config: { path_config_source: { path: fileOf(name) }, resource_api_version: 'V3' },
        };
      }) as T,
  };
}
