import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { request } from '../../../test/lab/clients/http.ts';
import { startEnvoyProcess, WITH_US } from './envoy-process.ts';

/** A real Envoy with a static configuration. */
export type StaticEnvoy = {
  /** Returns a page of the admin interface. */
  readonly admin: (path: string) => Promise<string>;
  readonly close: () => Promise<void>;
};

const LIMIT_MS = 120_000;
const POLL_MS = 20;

/**
 * Starts an Envoy that ends with this process. `config`: the bootstrap without its admin interface; `folder`: for the files of this Envoy.
 * @throws Error with Envoy's log if it is not LIVE within a minute
 */
export async function startStaticEnvoy(
  binary: string,
  folder: string,
  config: JsonObject,
): Promise<StaticEnvoy> {
  const socketPath = join(folder, 'admin');
  const file = join(folder, 'envoy.json');
  await writeFile(file, JSON.stringify({ ...config, admin: { address: { pipe: { path: socketPath } } } }));
  const envoy = startEnvoyProcess([...WITH_US, binary], ['--log-level', 'warning', '-c', file]);
  const admin = async (path: string): Promise<string> =>
    (await request(`http://envoy${path}`, { socketPath })).body;
  const end = Date.now() + LIMIT_MS;
  while ((await admin('/ready').catch(() => '')).trim() !== 'LIVE') {
    if (envoy.hasEnded() || Date.now() > end) {
      await envoy.kill();
      throw new Error(`Envoy does not start:\n${envoy.log()}`);
    }
    await sleep(POLL_MS);
  }
  return { admin, close: envoy.kill };
}
