import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldIdentity } from '../../../agent/identity/held-identity.ts';
import { ADS } from '../../ads/testing/access.ts';
import { askFrom } from '../../lab/clients/ask.ts';
import type { Host } from '../../lab/host.ts';
import { createLab } from '../../lab/lab.ts';
import type { Program } from '../../lab/programs/program.ts';
import { SIDECAR_UID, startAgent, writeRules } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { agedAuthority } from './aged-identity.ts';
import { authorityFileOn, idOf, joinTokenOf, startClientServerPlane } from './client-server.ts';

const PORT = 7000;
const PERMISSIVE = '---\nmeshName: m\nmeshIdentityName: default\nspec: { mtls: PERMISSIVE }\n';
const STRICT = 'meshName: m\nmeshIdentityName: default\nspec: { mtls: STRICT, forceStrict: true }\n';

/** The part of an agent's status that an outage is about. */
export type OutageStatus = {
  readonly identity: { readonly state: string; readonly acceptsExpiredUntil?: string };
  readonly problems: readonly { readonly code: string }[];
};

/** A caller and a server with sidecars in a STRICT mesh, whose control plane has gone. */
export type OutageScene = {
  /**
   * Starts both hosts again as if the control plane had gone `agoMs` ago, and they had got their certificates of 72 hours at that moment.
   * `graceHours`: `expiredGraceHours` of the mesh, or 0.
   */
  readonly startAgain: (agoMs: number, graceHours: number) => Promise<void>;
  /** Makes a new connection from the caller's application. Returns the server's words, or `refused`. */
  readonly call: () => Promise<string>;
  readonly statusOf: (host: 'client' | 'server') => Promise<OutageStatus>;
  readonly log: (host: 'client' | 'server') => Promise<string>;
  readonly metrics: (host: 'client' | 'server') => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Opens the scene: a mesh becomes STRICT, and its control plane is killed. */
export async function openOutageScene(name: string): Promise<OutageScene> {
  const lab = await createLab({ name });
  const programs = await stage(lab);
  const controlPlane = await startClientServerPlane(lab, programs, {
    service: 'server',
    ports: { tcp: PORT },
    more: PERMISSIVE,
    files: { 'strict.yaml': STRICT },
  });
  const agents = new Map<Host, Program>();

  async function start(host: Host, node: string, joinToken: string): Promise<void> {
    await mkdir(stateOf(host), { recursive: true });
    await chown(stateOf(host), SIDECAR_UID, SIDECAR_UID);
    const env = {
      ...(await authorityFileOn(host, controlPlane)),
      DAYBREAK_XDS_JOIN_TOKEN: joinToken,
      DAYBREAK_STATE_DIR: stateOf(host),
    };
    agents.set(host, startAgent(host, programs, { resource: idOf(node), xds: ADS, appPorts: '', env }));
  }

  const server = await lab.host('server', { dns: ['server'] });
  const client = await lab.host('client');
  const hosts = { server, client };
  const application = `require('net').createServer((s) => { s.on('error', () => {}); s.end('hello'); }).listen(${PORT}, () => console.log('ready'))`;
  await server.spawn('application', process.execPath, ['-e', application]).line(/ready/);
  for (const [node, host] of Object.entries(hosts)) {
    await writeRules(host, programs, node === 'server' ? String(PORT) : '');
    await start(host, node, await joinTokenOf(controlPlane, node));
  }
  for (const host of Object.values(hosts)) await controlPlane.inSync(host);
  await controlPlane.daybreak('apply', '-f', controlPlane.file('strict.yaml'));
  const call = async (): Promise<string> => {
    const ask = `const s = require('net').connect(${PORT}, 'server'); let t = ''; s.setTimeout(10000, () => s.destroy()); s.on('data', (b) => t += b); s.on('error', () => {}); s.on('close', () => console.log(t || 'refused'))`;
    return (await client.exec(process.execPath, ['-e', ask])).stdout.trim();
  };
  for (const host of Object.values(hosts)) await controlPlane.inSync(host);
  await until('a call by mutual TLS', async () => (await call()) === 'hello');
  await until('both kept their configuration', async () => {
    const kept = await Promise.all(Object.values(hosts).map((host) => fileOf(host, '.state')));
    return kept.every((each) => each !== undefined);
  });
  const ids = await Promise.all(Object.values(hosts).map(spiffeIdOf));
  await stopAgents();
  await controlPlane.kill();
  const authority = await agedAuthority('apps.example');

  async function stopAgents(): Promise<void> {
    for (const agent of agents.values()) await agent.stop();
  }

  return {
    async startAgain(agoMs, graceHours) {
      await stopAgents();
      for (const [index, [node, host]] of Object.entries(hosts).entries()) {
        const file = (await fileOf(host, '.identity')) ?? '';
        const identity: HeldIdentity = await authority.issue(idOf(node), ids[index] ?? '', agoMs, graceHours);
        await writeFile(file, `${JSON.stringify({ format: 1, identity })}\n`);
        await start(host, node, 'used-up');
        await agents.get(host)?.line(/LIVE/);
      }
    },
    call,
    async statusOf(host) {
      const answer = await askFrom(hosts[host], 'http://127.0.0.1:9902/status');
      if (!('body' in answer)) throw new Error(answer.error);
      return (JSON.parse(answer.body) as { daybreak: OutageStatus }).daybreak;
    },
    log: (host) => readFile(join(hosts[host].folder, 'agent.log'), 'utf8'),
    async metrics(host) {
      const answer = await askFrom(hosts[host], 'http://127.0.0.1:9902/metrics');
      if (!('body' in answer)) throw new Error(answer.error);
      return answer.body;
    },
    close: () => lab.close(),
  };
}

function stateOf(host: Host): string {
  return join(host.folder, 'state');
}

async function fileOf(host: Host, end: string): Promise<string | undefined> {
  const found = (await readdir(stateOf(host))).find((each) => each.endsWith(end));
  return found && join(stateOf(host), found);
}

async function spiffeIdOf(host: Host): Promise<string> {
  const file = (await fileOf(host, '.identity')) ?? '';
  return (JSON.parse(await readFile(file, 'utf8')) as { identity: HeldIdentity }).identity.spiffeId;
}
