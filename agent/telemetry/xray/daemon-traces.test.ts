import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { create } from '@bufbuild/protobuf';
import { ResourceSchema } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import { openDaemonTraces } from './daemon-traces.ts';
import { parseSegment } from './segment.ts';
import { OF_ENVOY } from './testing/segments.ts';

test('a segment that no datagram can hold is rejected, and the next ones are sent', async () => {
  const daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const texts: string[] = [];
  daemon.on('message', (bytes) => texts.push(bytes.toString()));
  const output = openDaemonTraces(
    { host: '127.0.0.1', port: daemon.address().port },
    {
      resource: create(ResourceSchema),
      scope: { name: 'test', version: '1' },
      mostBytes: 1024 * 1024,
      onState: () => undefined,
      writeLines: async () => 0,
      log: createLog('test', 'silent'),
    },
  );
  const large = { ...OF_ENVOY, metadata: { text: 'x'.repeat(70_000) } };
  const segments = [large, OF_ENVOY].flatMap((each) => parseSegment(JSON.stringify(each)) ?? []);
  output.segments(segments);
  await expect.poll(() => texts).toHaveLength(1);
  await expect.poll(output.status).toMatchObject({ sent: 1, rejected: 1, waiting: 0 });
  await output.close(100);
  daemon.close();
});
