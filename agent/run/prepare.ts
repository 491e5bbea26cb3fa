import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createAdminClient } from '../admin/admin-client.ts';
import { readHostFacts } from '../host-facts.ts';
import { findLocation } from '../location/find-location.ts';
import { ADMIN_SOCKET, makeRunFolder, parentOf, runFolderAt } from '../run-folder.ts';
import { createLaunches, prepareLaunch, type LaunchBase } from './launch.ts';
import { findEnvoy } from '../supervisor/envoy-process/envoy-binary.ts';
import { keepEnvoy, self, whyNoHotRestart } from '../take-over/keep.ts';
import { takeOver } from '../take-over/take-over.ts';
import type { Context } from './context.ts';

/** Facts and files of the run, before a program or a server starts. */
export type Prepared = Awaited<ReturnType<typeof prepare>>;

/**
 * Finds Envoy and what this host is, and writes Envoy's bootstrap into the agent's folder.
 * @throws AgentError
 */
export async function prepare(context: Context) {
  const { settings, env, agentLog, stop, leave, opened } = context;
  findEnvoy(settings.envoy);
  const agent = { instance: randomUUID(), version: packageJson.version, node: settings.resource.id };
  const facts = readHostFacts();
  const location = await findLocation(settings.location, agentLog.log);

  const hotRestartOff = whyNoHotRestart(settings, agentLog.log);
  const keeping = hotRestartOff === undefined && settings.keepEnvoySeconds > 0;
  const takenOver = keeping
    ? await takeOver({
        parent: parentOf(settings.runFolder),
        node: settings.resource.id,
        self: self(),
        seconds: settings.keepEnvoySeconds,
        log: agentLog.log,
      })
    : undefined;
  if (takenOver !== undefined) leave.takesOver();
  const folder = takenOver ? runFolderAt(takenOver.folder) : makeRunFolder(settings.runFolder);
  opened.defer(() => {
    if (!leave.isLeft()) folder.remove();
  });
  const kept = { folder: folder.path, seconds: settings.keepEnvoySeconds };
  const keep = keeping ? keepEnvoy(kept, settings.resource.id, agentLog.log) : undefined;
  if (takenOver === undefined) keep?.begins();
  const sockets = { agent: join(folder.path, 'ads.sock'), admin: join(folder.path, ADMIN_SOCKET) };
  const base: LaunchBase = { agent, location, folder, sockets, agentLog, stop: stop.drain };
  const launches = createLaunches(await prepareLaunch(base, { settings, variables: env, facts }, 0));
  opened.defer(() => launches.current().bootstrap.close());
  const admin = createAdminClient(sockets.admin);
  return {
    agent,
    facts,
    location,
    folder,
    sockets,
    base,
    launches,
    admin,
    hotRestartOff,
    takenOver,
    keep,
  };
}
