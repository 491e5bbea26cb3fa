import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority } from '../../../test/tls/testing/authority.ts';
import { portOf, sendPackets, startTelemetry } from '../testing/telemetry.ts';

test('an authority and a client certificate that changed on disk are read again: the agent had to be restarted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-otlp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const authority = async (client: string) => {
    const made = await createAuthority();
    const server = await made.issue({ dns: ['localhost'] });
    const own = await made.issue({ dns: [client] });
    const write = async (): Promise<void> => {
      await writeFile(files.ca, made.certificate);
      await writeFile(files.cert, own.chain);
      await writeFile(files.key, own.privateKey);
    };
    return { context: { ca: made.certificate, cert: server.chain, key: server.privateKey }, write };
  };
  const [first, second] = [await authority('first'), await authority('second')];
  const callers = new Set<string>();
  const receiver = createServer(
    { ...first.context, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      if (request.socket instanceof TLSSocket)
        callers.add(request.socket.getPeerCertificate().subjectaltname ?? '');
      request.resume().on('end', () => response.end());
    },
  ).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  onTestFinished(() => receiver.close().closeAllConnections());
  await first.write();
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${(receiver.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_CERTIFICATE: files.ca,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: files.cert,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: files.key,
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });
  const send = async (): Promise<ReadonlySet<string>> => {
    await sendPackets(portOf(telemetry, 'statsd'), ['a:1|c']);
    return callers;
  };
  await expect.poll(send).toContain('DNS:first');
  await second.write();
  receiver.setSecureContext(second.context);
  receiver.closeAllConnections();
  await expect.poll(send).toContain('DNS:second');
});
