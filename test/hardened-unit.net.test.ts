import { expect, onTestFinished, test } from 'vitest';
import { makeMachine } from './proxyinit/machine.ts';
import { MESH_ON_MACHINE } from './proxyinit/mesh-on-machine.ts';

// The agent's hardened unit leaves SPIRE's socket, which Envoy connects to, and the instance metadata service in reach.

/** Writes the first bytes of each connection to a file. */
const SDS_SERVER = `
import { appendFileSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
const socket = '/run/spire/sockets/agent.sock';
createServer((peer) => peer.on('error', () => {}).on('data', (bytes) => appendFileSync('/var/sds', bytes)))
  .listen(socket, () => chmodSync(socket, 0o777));
`;

/** Gives a token, and writes each request to a file. */
const METADATA_SERVICE = `
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
createServer(({ method, url, headers }, answer) => {
  appendFileSync('/var/metadata', \`\${method} \${url} \${headers['x-aws-ec2-metadata-token'] ?? ''}\\n\`);
  answer.end(method === 'PUT' ? 'a-token' : 'us-west-2');
}).listen(80, '169.254.169.254');
`;

/** The listener of `serviceB` gets its certificate from the SDS server. */
const CERTIFICATE_BY_SDS = `
cat > /tmp/tls.yaml <<END
meshName: apps
virtualNodeName: serviceB
spec:
  listeners:
    - portMapping: { port: 8000, protocol: http }
      tls: { mode: STRICT, certificate: { sds: { secretName: server } } }
  serviceDiscovery: { dns: { hostname: localhost } }
END
daybreak apply -f /tmp/tls.yaml
echo APPMESH_SDS_SOCKET_PATH=/run/spire/sockets/agent.sock >> /etc/daybreak/agent.env
`;

test('the hardened unit lets the agent reach the instance metadata service, and Envoy the socket of SPIRE', {
  timeout: 600_000,
}, async () => {
  const machine = await makeMachine();
  onTestFinished(() => machine.remove());
  await machine.write('var/sds.mjs', SDS_SERVER);
  await machine.write('var/metadata.mjs', METADATA_SERVICE);
  const { run, end } = await machine.boot();
  const stand = await run(`set -e
      mkdir -p /run/spire/sockets
      ip address add 169.254.169.254/32 dev lo
      systemd-run --unit sds /usr/lib/daybreak/node /var/sds.mjs
      systemd-run --unit metadata /usr/lib/daybreak/node /var/metadata.mjs
      until [ -e /run/spire/sockets/agent.sock ] && curl --silent --output /dev/null http://169.254.169.254/; do sleep 0.1; done`);
  expect(stand).toMatchObject({ code: 0 });

  const started = await run(`${MESH_ON_MACHINE}${CERTIFICATE_BY_SDS}
      systemctl start daybreak-proxyinit daybreak-agent || { journalctl --no-pager --unit daybreak-agent --output cat | head -30 >&2; exit 1; }`);
  expect(started).toMatchObject({ code: 0 });
  await expect.poll(() => machine.read('var/metadata')).toContain('PUT /latest/api/token');
  // HTTP/2's preface: Envoy's request for the secret.
  await expect.poll(() => machine.read('var/sds')).toContain('PRI * HTTP/2.0');
  await end('poweroff');
});
