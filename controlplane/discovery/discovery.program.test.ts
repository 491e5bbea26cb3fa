import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { until } from '../../test/lab/until.ts';
import { openDiscovery, type Discovery } from './discovery.ts';
import type { DiscoverySettings } from './settings.ts';
import { ANY_CREDENTIALS, createCloudMapServices, type RegisteredService } from './testing/cloud-map.ts';
import { startMoto, type Moto } from './testing/moto.ts';

const log = createLog('test', 'silent');

let moto: Moto;
let folder: string;
let service: (namespace: string, name: string) => Promise<RegisteredService>;
beforeAll(async () => {
  moto = await startMoto();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-discovery-'));
  service = createCloudMapServices(moto.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', ANY_CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ANY_CREDENTIALS.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto.stop();
  await rm(folder, { recursive: true });
});

const opened: Discovery[] = [];
afterEach(async () => {
  moto.resume();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

type Watched = {
  readonly discovery: Discovery;
  readonly polls: string[];
  /** How often the subscriber was notified of a change. */
  readonly told: () => number;
  /** Looks up a service; returns the known instances, and whether a first answer is pending. */
  readonly ask: (
    namespace: string,
    name: string,
  ) => { readonly ids: readonly string[] | undefined; readonly due: boolean };
};

async function open(settings: Partial<DiscoverySettings> = {}): Promise<Watched> {
  const polls: string[] = [];
  const endpoints = { cloudMap: moto.endpoint, acm: moto.endpoint, privateCa: moto.endpoint };
  const defaults = {
    region: 'us-east-1',
    cloudMapInterval: 50,
    cloudMapCache: undefined,
    certificates: undefined,
  };
  const discovery = await openDiscovery({ ...defaults, endpoints, ...settings }, log, {
    poll: (source, outcome) => void polls.push(`${source} ${outcome}`),
  });
  opened.push(discovery);
  let told = 0;
  discovery.onChange((subscribers) => (told += subscribers.has('proxy') ? 1 : 0));
  return {
    discovery,
    polls,
    told: () => told,
    ask: (namespace, name) => {
      const asking = discovery.ask('proxy');
      const instances = asking.found.instances(namespace, name);
      return { ids: instances?.map(({ id }) => id), due: asking.end() };
    },
  };
}

/** Waits for the first answer. The subscriber is notified of it, and before, if it has not come within two seconds. */
async function firstAnswer({ discovery, told }: Watched, name: string): Promise<number> {
  await until('the first answer', () => discovery.peek.instances('prod', name) !== undefined && told() > 0);
  return told();
}

test('the subscriber is notified of the first answer, and then only of changes', async () => {
  const { register, deregister, setHealth } = await service('prod', 'red');
  await register('b', { AWS_INSTANCE_IPV4: '10.0.0.2', AWS_INSTANCE_PORT: '80', color: 'red' });
  const watched = await open();
  const { discovery, ask, told, polls } = watched;
  expect(ask('prod', 'red')).toEqual({ ids: undefined, due: true });
  const first = await firstAnswer(watched, 'red');
  expect(ask('prod', 'red')).toEqual({ ids: ['b'], due: false });

  const polled = polls.length;
  await until('more looks', () => polls.length > polled + 3);
  expect(told()).toBe(first);

  await register('a', { AWS_INSTANCE_IPV6: 'fd00::1' });
  await until('another instance', () => told() === first + 1);
  await setHealth('a', 'UNHEALTHY');
  await until('its health', () => told() === first + 2);
  expect(discovery.peek.instances('prod', 'red')).toEqual([
    { id: 'a', ipv6: 'fd00::1', healthy: false, attributes: { AWS_INSTANCE_IPV6: 'fd00::1' } },
    {
      id: 'b',
      ipv4: '10.0.0.2',
      port: 80,
      healthy: true,
      attributes: { AWS_INSTANCE_IPV4: '10.0.0.2', AWS_INSTANCE_PORT: '80', color: 'red' },
    },
  ]);
  await deregister('a');
  await deregister('b');
  await until('no instance', () => ask('prod', 'red').ids?.length === 0);
});

test('while AWS does not answer, the last answer stays in force and the trouble is reported', async () => {
  const { register } = await service('prod', 'away');
  await register('a', { AWS_INSTANCE_IPV4: '10.0.0.1' });
  const watched = await open();
  const { discovery, ask, told } = watched;
  ask('prod', 'away');
  const first = await firstAnswer(watched, 'away');
  expect(discovery.troublesOf('proxy')).toEqual([]);
  moto.pause();
  const [trouble] = await until('trouble', () => {
    const all = discovery.troublesOf('proxy');
    return all.length > 0 && all;
  });
  expect(trouble?.where).toBe('awsCloudMap/["prod","away"]');
  expect(trouble?.what).toMatch(
    /^requests have failed since .*: no answer in 5 s; the answer of .* stays in force$/,
  );
  expect(ask('prod', 'away')).toEqual({ ids: ['a'], due: false });
  expect(told()).toBe(first);
  moto.resume();
  await until('no trouble', () => discovery.troublesOf('proxy').length === 0);
});

test('a start while AWS does not answer uses the last answers; a value that was never known stays unknown', async () => {
  const { register } = await service('prod', 'kept');
  await register('a', { AWS_INSTANCE_IPV4: '10.0.0.1' });
  const cloudMapCache = join(folder, 'kept.json');
  const before = await open({ cloudMapCache });
  before.ask('prod', 'kept');
  await firstAnswer(before, 'kept');
  await before.discovery.close();

  moto.pause();
  const after = await open({ cloudMapCache });
  expect(after.ask('prod', 'kept')).toEqual({ ids: undefined, due: true });
  await until('it has waited', () => after.told() > 0);
  expect(after.ask('prod', 'kept')).toEqual({ ids: ['a'], due: false });
  const told = after.told();
  expect(after.ask('prod', 'never')).toEqual({ ids: undefined, due: true });
  await until('it has waited', () => after.told() > told);
  expect(after.ask('prod', 'never')).toEqual({ ids: undefined, due: false });
});

test('a service that Cloud Map does not have is not an empty answer', async () => {
  const { discovery, ask, told } = await open();
  ask('prod', 'missing');
  await until('the first answer', () => told() > 0);
  expect(ask('prod', 'missing')).toEqual({ ids: undefined, due: false });
  await expect.poll(() => discovery.troublesOf('proxy')[0]?.what).toMatch(/ServiceNotFound/);
});

test('an endpoint that refuses connections is reported', async () => {
  const { discovery, ask } = await open({
    endpoints: { cloudMap: 'http://127.0.0.1:1', acm: undefined, privateCa: undefined },
  });
  ask('prod', 'red');
  await expect.poll(() => discovery.troublesOf('proxy')[0]?.what).toMatch(/ECONNREFUSED/);
});

test('a file of last answers that cannot be read is replaced', async () => {
  const cloudMapCache = join(folder, 'broken.json');
  await writeFile(cloudMapCache, '{"version":1,');
  const { register } = await service('prod', 'anew');
  await register('a', { AWS_INSTANCE_IPV4: '10.0.0.1' });
  const { ask } = await open({ cloudMapCache });
  ask('prod', 'anew');
  await until('it is written', async () => (await readFile(cloudMapCache, 'utf8')).includes('10.0.0.1'));
});
