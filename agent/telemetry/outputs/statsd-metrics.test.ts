import { readdirSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { keyValue, toResourceMetrics } from '../metrics/to-otlp.ts';
import { ResourceSchema } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import { openStatsdMetrics } from './statsd-metrics.ts';

test('an address that cannot be reached leaves no socket open', async () => {
  const resource = create(ResourceSchema, { attributes: [keyValue('a', 'b')] });
  const scope = { name: 's', version: '1' };
  // The kernel refuses to connect to the broadcast address, or has no route to it.
  const address = { host: '255.255.255.255', port: 8125 };
  const output = openStatsdMetrics('statsd', address, {
    resource,
    scope,
    mostBytes: 1000,
    onState: () => undefined,
    writeLines: () => Promise.resolve(0),
    log: createLog('test', 'silent'),
  });
  const sockets = () => readdirSync('/proc/self/fd').length;
  const before = sockets();
  const series = { kind: 'gauge', name: 'a', tags: [], startedAt: 0, changedIn: 0, value: 1 } as const;
  output.push([toResourceMetrics([series], { resource, scope, at: 0 })]);
  await expect.poll(() => output.status().lastError?.message).toMatch(/EACCES|ENETUNREACH/);
  await output.close(1);
  await expect.poll(sockets).toBeLessThanOrEqual(before);
});
