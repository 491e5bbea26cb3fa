import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../demo/color-model.ts';
import { askFrom } from './lab/ask.ts';
import { startControlPlane } from './lab/control-plane.ts';
import type { Host } from './lab/host.ts';
import { createLab, type Lab } from './lab/lab.ts';
import type { Program } from './lab/program.ts';
import { startAgent } from './lab/sidecar.ts';
import { stage, type Stage } from './lab/stage.ts';

// An agent with control planes that cannot be reached, each in its own way.

const LIMIT = { timeout: 60_000 };

let lab: Lab;
let programs: Stage;
let control: Host;
let mute: Host;
let app: Host;
let agent: Program | undefined;

beforeAll(async () => {
  lab = await createLab({ name: 'endpoints' });
  programs = await stage(lab);
  control = await lab.host('control');
  mute = await lab.host('mute');
  app = await lab.host('app');
  await startControlPlane(control, programs);
  const server =
    "require('net').createServer((s) => s.on('error', () => {}).resume()).listen(18000, () => console.log('up'))";
  await mute.spawn('mute', programs.node, ['-e', server]).line(/up/);
  const api = appMeshClient(`http://${control.address}:8080`);
  await api.send(new CreateMeshCommand({ meshName: 'm', spec: {} }));
  await api.send(new CreateVirtualNodeCommand({ meshName: 'm', virtualNodeName: 'n', spec: {} }));
});
afterAll(() => lab?.close());

afterEach(async () => {
  agent?.kill('SIGKILL');
  await agent?.ended;
  await app.exec('iptables', ['-F', 'OUTPUT']);
});

/** Drops all that the agent's host sends to an address, as a network that lost its way does. */
async function drop(address: string, action: '-A' | '-D' = '-A'): Promise<void> {
  await app.exec('iptables', [action, 'OUTPUT', '-d', address, '-j', 'DROP']);
}

function start(...addresses: readonly string[]): void {
  agent = startAgent(app, programs, {
    resource: 'mesh/m/virtualNode/n',
    xds: addresses.map((address) => `http://${address}:18000`).join(','),
    appPorts: '',
  });
}

async function status(): Promise<{ managementServerConnectionStatus?: string; envoyState?: string }> {
  const answer = await askFrom(app, 'http://127.0.0.1:9902/status');
  return 'body' in answer ? (JSON.parse(answer.body) as object) : {};
}

const isLive = async (): Promise<boolean> => {
  const { managementServerConnectionStatus, envoyState } = await status();
  return managementServerConnectionStatus === 'CONNECTED' && envoyState === 'LIVE';
};

test(
  'a first control plane whose packets are dropped does not keep an agent from the second',
  LIMIT,
  async () => {
    await drop(mute.address);
    start(mute.address, control.address);
    await expect.poll(isLive, LIMIT).toBe(true);
  },
);

test(
  'a first control plane that accepts connections and says nothing does not keep an agent from the second',
  LIMIT,
  async () => {
    start(mute.address, control.address);
    await expect.poll(isLive, LIMIT).toBe(true);
  },
);

test('an agent notices that the network drops its packets, and is back when it does not any more', {
  timeout: 180_000,
}, async () => {
  start(control.address);
  await expect.poll(isLive, LIMIT).toBe(true);
  await drop(control.address);
  const connection = async () => (await status()).managementServerConnectionStatus;
  await expect.poll(connection, LIMIT).toBe('NOT_CONNECTED');
  // Silence is met at least once, so that TCP is asked first from then on.
  await agent?.line(/no TCP connection within/, 60_000);
  await drop(control.address, '-D');
  await expect.poll(connection, LIMIT).toBe('CONNECTED');
});
