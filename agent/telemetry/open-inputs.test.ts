import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openTelemetry } from './telemetry.ts';
import { FACTS, telemetrySettings } from './testing/telemetry.ts';
import { freePort } from '../../test/lab/net/free-port.ts';

/** Listens on a port of 127.0.0.1, in place of another program. */
async function occupy(protocol: 'udp' | 'tcp', wanted = 0): Promise<number> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4').bind(wanted, '127.0.0.1');
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    return socket.address().port;
  }
  const server = createServer().listen(wanted, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const LEFT = 'another program has the port; the agent runs without this input';

test.each([
  ['statsd', 'statsd', 'udp'],
  ['otlp/grpc', 'otlpGrpc', 'tcp'],
  ['otlp/http', 'otlpHttp', 'tcp'],
  ['xray', 'xray', 'udp'],
  ['xray calls', 'xray', 'tcp'],
] as const)('a port of %s that another program has is left to it, the log says so, and all other inputs listen', async (name, port, protocol) => {
  const settings = telemetrySettings({
    DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp,xray',
    OTEL_METRICS_EXPORTER: 'none',
  });
  const taken = await occupy(protocol);
  const lines: string[] = [];
  const log = createLog('test', 'info', {
    form: 'json',
    divert(text) {
      lines.push(text);
      return true;
    },
  });
  const telemetry = await openTelemetry({
    settings: {
      ...settings,
      ports: { statsd: 0, otlpGrpc: 0, otlpHttp: 0, xray: await freePort(), [port]: taken },
    },
    facts: FACTS,
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log,
  });
  onTestFinished(() => telemetry.close());
  log.flush();
  const said = lines
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(said).toMatchObject([{ level: 'warning', input: name, port: taken, msg: LEFT }]);
  const left = telemetry.status().inputs.filter(({ state }) => state === 'left to another program');
  // The segments of X-Ray arrive although its calls go to another program.
  expect(left.map(({ input }) => input)).toEqual(name === 'xray calls' ? [] : [`${name} 127.0.0.1:${taken}`]);
});
