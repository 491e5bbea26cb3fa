import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import { TARGETS } from './assemble/definitions.ts';

type Service = {
  readonly image: string;
  readonly restart?: string;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly read_only?: boolean;
  readonly user?: string;
  readonly network_mode?: string;
};

const text = await readFile(join(import.meta.dirname, '../docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> };
const named = (pattern: RegExp): readonly Service[] =>
  Object.entries(services).flatMap(([name, service]) => (pattern.test(name) ? [service] : []));

test('each image is one that images/build.sh makes, in the version of the project', () => {
  const known = TARGETS.map((target) => `daybreak-${target}:\${DAYBREAK_VERSION:-${manifest.version}}`);
  expect(Object.values(services).filter(({ image }) => !known.includes(image))).toEqual([]);
});

test('each long-running service restarts, and only services that write rules have a capability', () => {
  const running = Object.entries(services).filter(([name]) => !['mesh', 'shares'].includes(name));
  for (const [name, service] of running) {
    expect(service).toMatchObject({ restart: 'unless-stopped', cap_drop: ['ALL'] });
    expect(service.cap_add).toEqual(/^(gateway|white|blue|red)$/.test(name) ? ['NET_ADMIN'] : undefined);
  }
});

test('each Envoy runs as 1337, no application does, and both are read-only in the network of their task', () => {
  const envoys = named(/-envoy$/);
  const apps = named(/-app$/);
  expect([envoys.length, apps.length]).toEqual([4, 4]);
  expect(envoys.filter(({ user, read_only }) => user !== '1337' || read_only !== true)).toEqual([]);
  expect(apps.filter(({ user, read_only }) => user !== '1000' || read_only !== true)).toEqual([]);
  expect(
    [...envoys, ...apps].filter(({ network_mode }) => network_mode?.startsWith('service:') !== true),
  ).toEqual([]);
});

test('a task takes at most twelve lines', () => {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('  red:'));
  expect(lines.indexOf('', start) - start).toBeLessThanOrEqual(12);
});
