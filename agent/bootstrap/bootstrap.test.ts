import { readFileSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
import { createFileRegistry, fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { NOWHERE, type Location } from '../location/location.ts';
import { bootstrap } from './bootstrap.ts';
import { nodeIdentity } from './node-identity.ts';
import { readAgentSettings } from '../settings/settings.ts';

const testdata = join(import.meta.dirname, '../testdata');
const descriptors = join(import.meta.dirname, '../../xds/envoy-1.40.0.binpb');
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));

// Each case is a <case>.env and the expected bootstrap, a golden file of the same name.
const cases = globSync('*.env', { cwd: testdata })
  .sort()
  .map((file) => ({ file, golden: `${basename(file, '.env')}.bootstrap.json` }));

/** Where the agents of some cases run. */
const LOCATIONS: Readonly<Record<string, Location>> = {
  'ecs-task.env': {
    ...NOWHERE,
    region: 'us-west-2',
    zone: 'us-west-2d',
    zoneId: 'usw2-az4',
    task: {
      arn: 'arn:aws:ecs:us-west-2:111122223333:task/default/158d1c8083dd49d6b527399fd6414f5c',
      cluster: 'default',
      service: 'MyService',
      family: 'curltest',
      revision: '26',
      launchType: 'EC2',
      ipFamilies: 'ALL',
      executionEnvironment: 'AWS_ECS_EC2',
      containerInstanceArn: 'arn:aws:ecs:us-west-2:111122223333:container-instance/default/5',
      limits: { cpu: '10', memory: '128' },
    },
  },
  'kubernetes.env': {
    ...NOWHERE,
    kubernetes: { version: 'v1.30', podUid: 'a-uid', controllerVersion: 'v1.13.0' },
  },
};

/** Attributes of spans. */
const SOURCE = { 'service.name': 'serviceB', 'daybreak.mesh': 'apps' };

test.each(cases)('$golden', async ({ file, golden }) => {
  const settings = readAgentSettings(parseEnv(readFileSync(join(testdata, file), 'utf8')));
  const facts = {
    ipv4: { lo: ['127.0.0.1/8'], eth0: ['10.0.0.5/24'] },
    ipv6: { lo: ['::1/128'] },
    platform: 'x86_64',
    kernel: '6.1.0',
  };
  const node = nodeIdentity(settings, facts, LOCATIONS[file] ?? NOWHERE, {
    instance: 'an-instance',
    version: '0.0.0',
  });
  const inFolder = (name: string) => `/tmp/daybreak-agent-x/${name}`;
  const paths = {
    agent: inFolder('ads.sock'),
    admin: inFolder('adm.sock'),
    samplingRules: inFolder('sampling-rules.json'),
  };
  const json = bootstrap(settings, node, paths, settings.logForm ?? 'json', SOURCE);
  // A field that Envoy's descriptors do not have, or have with another type, fails here.
  const schema = registry.getMessage('envoy.config.bootstrap.v3.Bootstrap');
  if (schema === undefined) throw new Error('the descriptors have no Bootstrap');
  fromJson(schema, json as unknown as JsonValue, { registry });
  await expect(`${JSON.stringify(json, undefined, 2)}\n`).toMatchFileSnapshot(join(testdata, golden));
});
