// App Mesh's own agent in a mesh whose other proxy gets a certificate, with real Envoys: `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node
// test/long/identity/app-mesh-agent.ts AGENT [--logs FOLDER]`. AGENT is its binary: `go build -mod=vendor` in the folder `agent` of
// github.com/aws/amazon-ecs-service-connect-agent. Needs root. Both proxies call each other while the control plane has no authority, then while it has
// one, and in each mode of mutual TLS. The script compares the dynamic configuration of App Mesh's Envoy with that of the beginning. It prints a line
// per step, and exits with 1 if the configuration differs, or if a request fails that the mode does not refuse.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tokenLine } from '../../../controlplane/ads/testing/access.ts';
import { ENVOYS, envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';
import { ADS, startGuardedControlPlane, type GuardedControlPlane } from '../../ads/testing/access.ts';
import { authorityFileOn, idOf, joinTokenOf } from '../../identity/testing/client-server.ts';
import { PORTS } from '../../identity/testing/mutual/ports.ts';
import { endLoad, failing, type Client, type Load } from '../../identity/testing/mutual/scene.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import type { Host } from '../../lab/host.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { prepareAppMeshAgent } from '../../lab/programs/app-mesh-agent.ts';
import type { Program } from '../../lab/programs/program.ts';
import { startAgent, writeRules } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { keepLogs } from './keep-logs.ts';
import { DOCUMENTS, EXEMPT, meshIdentity, type Name } from './app-mesh-documents.ts';
import { differences, dynamicConfig } from '../../lab/clients/dynamic-config.ts';

const TOKEN = 'ours-before';
const MUTUAL = join(import.meta.dirname, '../../identity/testing/mutual');
const LIMITS = { limitMs: 600_000, everyMs: 1000 };
const LOAD_MS = 5000;
const REFUSABLE: readonly Client[] = ['http, new connections', 'tcp', 'http2', 'grpc'];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { logs: { type: 'string' } } });
const [binary = ''] = positionals;

for (const variable of ENVOYS) {
  const lab = await createLab({ name: `app-mesh-${process.pid}` });
  const admins: EnvoyAdmin[] = [];
  try {
    await play(lab, envoyOf(variable), admins, (line) => process.stdout.write(`${variable}\t${line}\n`));
  } finally {
    for (const admin of admins) await admin.close();
    keepLogs(lab, values.logs && `${values.logs}/${variable}`);
    await lab.close();
  }
}

async function play(
  lab: Lab,
  envoy: string,
  admins: EnvoyAdmin[],
  say: (line: string) => void,
): Promise<void> {
  const programs = await stage(lab, envoy);
  let withAuthority = false;
  const controlPlane = await startGuardedControlPlane(
    lab,
    programs,
    {
      tokens: tokenLine(TOKEN, [idOf('ours')]),
      'ca.key': randomBytes(32).toString('base64'),
      'm.yaml': DOCUMENTS,
    },
    (file) => [
      `--tokens=${file('tokens')}`,
      `--client-ca=${file('ca.pem')}`,
      ...(withAuthority ? ['--trust-domain=apps.example', `--ca-key=${file('ca.key')}`] : []),
    ],
  );
  await controlPlane.daybreak('apply', '-f', controlPlane.file('m.yaml'));
  const apply = async (document: string): Promise<void> => {
    await writeFile(controlPlane.file('applied.yaml'), document);
    await controlPlane.daybreak('apply', '-f', controlPlane.file('applied.yaml'));
  };
  const hosts = {
    ours: await lab.host('ours', { dns: ['ours.local'] }),
    theirs: await lab.host('theirs', { dns: ['theirs.local'] }),
  };
  const open = async (name: Name): Promise<EnvoyAdmin> => {
    const admin = await openEnvoyAdmin(hosts[name]);
    admins.push(admin);
    return admin;
  };
  const [ours, theirs] = [await open('ours'), await open('theirs')];
  for (const host of Object.values(hosts)) {
    await writeRules(host, programs, Object.values(PORTS).join(','));
    await host.spawn('server', process.execPath, [join(MUTUAL, 'server.ts')]).line(/ready/);
  }
  const tls = await certificateOn(hosts.theirs, controlPlane);
  const options = { binary, resource: idOf('theirs'), ads: ADS, tls };
  (await prepareAppMeshAgent(hosts.theirs, programs, options))();
  const startOurs = async (env: Readonly<Record<string, string>>): Promise<Program> => {
    const all = { ...(await authorityFileOn(hosts.ours, controlPlane)), ...env };
    const agent = startAgent(hosts.ours, programs, {
      resource: idOf('ours'),
      xds: ADS,
      appPorts: '',
      env: all,
    });
    await until('both are LIVE', async () => (await ours.ready()) && (await theirs.ready()));
    await inSync();
    return agent;
  };
  const inSync = () =>
    until(
      'both in sync',
      async () => {
        const { proxies } = JSON.parse(await controlPlane.daybreak('status', '-o', 'json')) as {
          proxies: { state: string }[];
        };
        return proxies.length === 2 && proxies.every(({ state }) => state === 'in sync');
      },
      { everyMs: 500 },
    );
  const call = (from: Name, kinds: readonly Client[] = []): Promise<Load> =>
    callFor(hosts[from], `${from === 'ours' ? 'theirs' : 'ours'}.local`, kinds);

  const agent = await startOurs({ DAYBREAK_XDS_TOKEN: TOKEN });
  await callsBoth('without an authority');
  const before = { config: dynamicConfig(await theirs.configDump()), changes: await changesOf(theirs) };
  say(`without an authority: ${before.config.length} resources`);
  await controlPlane.kill();
  withAuthority = true;
  await controlPlane.startAgain();
  await agent.stop();
  await startOurs({ DAYBREAK_XDS_JOIN_TOKEN: await joinTokenOf(controlPlane, 'ours') });
  await compare('with an authority');
  await apply(meshIdentity('{ mtls: PERMISSIVE }'));
  await until('our proxy takes mutual TLS', async () => takesMutual(await ours.configDump()), LIMITS);
  await inSync();
  await compare('PERMISSIVE');
  await until(
    "the report names App Mesh's proxy",
    async () =>
      (await controlPlane.daybreak('identity', 'plaintext')).includes(
        `A proxy of ${idOf('theirs')} has no certificate`,
      ),
    LIMITS,
  );
  await mustFail(apply(meshIdentity('{ mtls: STRICT }')));
  // Its virtual node stays in plain text; ours takes mutual TLS only.
  await apply(EXEMPT);
  await apply(meshIdentity('{ mtls: STRICT, forceStrict: true }'));
  await until('our proxy refuses it', async () => isRefused(await call('theirs', REFUSABLE)), LIMITS);
  say(`STRICT: ${failuresOf(await call('ours'))} calls of ours failed; all of theirs`);
  await compareConfig('STRICT');
  await apply(meshIdentity('{ mtls: PERMISSIVE }'));
  await until(
    'our proxy takes it again',
    async () => failuresOf(await call('theirs', REFUSABLE)) === 0,
    LIMITS,
  );
  await compare('PERMISSIVE again');

  async function compare(what: string): Promise<void> {
    await compareConfig(what);
    await callsBoth(what);
  }

  async function callsBoth(what: string): Promise<void> {
    const loads = await Promise.all([call('theirs'), call('ours')]);
    const failed = loads.flatMap(failing);
    say(
      `${what}: ${loads.map(requestsOf).join(' and ')} calls of theirs and ours, ${failed.length === 0 ? 'none failed' : JSON.stringify(failed)}`,
    );
    if (failed.length > 0) process.exitCode = 1;
  }

  async function compareConfig(what: string): Promise<void> {
    const found = differences(before.config, dynamicConfig(await theirs.configDump()));
    const changes = (await changesOf(theirs)) - before.changes;
    say(`${what}: ${found.length} differences, ${changes} listeners or clusters updated`);
    for (const line of found) say(line);
    if (found.length > 0 || changes > 0) process.exitCode = 1;
  }
}

/** Writes a client certificate of App Mesh's proxy, which it needs beside `--trust-domain`. */
async function certificateOn(host: Host, controlPlane: GuardedControlPlane) {
  const { DAYBREAK_XDS_CA_FILE: ca } = await authorityFileOn(host, controlPlane);
  const value = `spiffe://proxies.example/${idOf('theirs')}`;
  const issued = await controlPlane.authority.issue({ alternative: [{ type: 'url', value }] });
  const [cert, key] = [join(host.folder, 'client.pem'), join(host.folder, 'client.key')];
  await writeFile(cert, issued.cert);
  await writeFile(key, issued.key);
  return { ca, cert, key };
}

async function callFor(from: Host, to: string, kinds: readonly Client[]): Promise<Load> {
  const load = from.spawn(`load on ${to}`, process.execPath, [join(MUTUAL, 'load.ts'), to, '50', ...kinds]);
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
  return await endLoad(load);
}

function requestsOf(load: Load): number {
  return Object.values(load).reduce((sum, { requests }) => sum + requests, 0);
}

function failuresOf(load: Load): number {
  return Object.values(load).reduce((sum, { failed }) => sum + failed, 0);
}

function isRefused(load: Load): boolean {
  return requestsOf(load) > 0 && failuresOf(load) === requestsOf(load);
}

async function mustFail(work: Promise<void>): Promise<void> {
  const failed = await work.then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error('STRICT was not refused');
}

/** How many listeners and clusters Envoy has changed since its start. */
async function changesOf(admin: EnvoyAdmin): Promise<number> {
  const stats = await admin.stats(
    '^(listener_manager\\.listener_(modified|removed|in_place_updated)|cluster_manager\\.cluster_(modified|removed))$',
  );
  return [...stats.values()].reduce((sum, each) => sum + each, 0);
}

function takesMutual(dump: unknown): boolean {
  return new RegExp(`_${PORTS.http}[^"]*_mesh"`).test(JSON.stringify(dump));
}
