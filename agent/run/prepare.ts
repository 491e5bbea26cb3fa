import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createAdminClient } from '../admin/admin-client.ts';
import { readHostFacts } from '../host-facts.ts';
import { findLocation } from '../location/find-location.ts';
import { makeRunFolder } from '../run-folder.ts';
import { createLaunches, prepareLaunch, type LaunchBase } from './launch.ts';
import { findEnvoy } from '../supervisor/envoy-process/envoy-binary.ts';
import type { Context } from './context.ts';

/** Facts and files of the run, before a program or a server starts. */
export type Prepared = Awaited<ReturnType<typeof prepare>>;

/**
 * Finds Envoy and what this host is, and writes Envoy's bootstrap into the agent's folder.
 * @throws AgentError
 */
export async function prepare({ settings, env, agentLog, stop, opened }: Context) {
  findEnvoy(settings.envoy);
  const agent = { instance: randomUUID(), version: packageJson.version, node: settings.resource.id };
  const facts = readHostFacts();
  const location = await findLocation(settings.location, agentLog.log);

  const folder = makeRunFolder(settings.runFolder);
  opened.defer(folder.remove);
  const sockets = { agent: join(folder.path, 'ads.sock'), admin: join(folder.path, 'adm.sock') };
  const base: LaunchBase = { agent, location, folder, sockets, agentLog, stop: stop.drain };
  const launches = createLaunches(await prepareLaunch(base, { settings, variables: env, facts }, 0));
  opened.defer(() => launches.current().bootstrap.close());
  const admin = createAdminClient(sockets.admin);
  return { agent, facts, location, folder, sockets, base, launches, admin };
}
