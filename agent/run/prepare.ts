import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createAdminClient } from '../admin/admin-client.ts';
import { nodeIdentity } from '../bootstrap/node-identity.ts';
import { prepareBootstrap } from '../bootstrap/prepare-bootstrap.ts';
import { readHostFacts } from '../host-facts.ts';
import { findLocation } from '../location/find-location.ts';
import { makeRunFolder } from '../run-folder.ts';
import { findEnvoy } from '../supervisor/envoy-binary.ts';
import { envoyEnvironment } from '../supervisor/envoy-environment.ts';
import type { Context } from './context.ts';

/** Facts and files of the run, before a program or a server starts. */
export type Prepared = Awaited<ReturnType<typeof prepare>>;

/**
 * Finds Envoy and what this host is, and writes Envoy's bootstrap into the agent's folder.
 * @throws AgentError
 */
export async function prepare({ settings, env, agentLog, stop, opened }: Context) {
  const binary = findEnvoy(settings.envoy);
  const agent = { instance: randomUUID(), version: packageJson.version, node: settings.resource.id };
  const facts = readHostFacts();
  const location = await findLocation(settings.location, agentLog.log);
  const node = nodeIdentity(settings, facts, location, agent);

  const folder = makeRunFolder(settings.runFolder);
  opened.defer(folder.remove);
  const sockets = { agent: join(folder.path, 'ads.sock'), admin: join(folder.path, 'adm.sock') };
  const envoy = { binary, env: envoyEnvironment(env, settings.envoy.variables) };
  const bootstrap = await prepareBootstrap({
    settings,
    node,
    facts: { resource: settings.resource, location, instance: agent.instance },
    folder,
    sockets,
    agentLog,
    envoy,
    stop: stop.drain,
  });
  return {
    agent,
    facts,
    location,
    node,
    folder,
    sockets,
    envoy,
    bootstrap,
    admin: createAdminClient(sockets.admin),
  };
}
