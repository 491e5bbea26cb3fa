import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { joinHosts, type Host } from './testing/host.ts';
import { usePlace } from './testing/place.ts';

const place = usePlace();

/** Creates an app's host and a connected peer, with servers that answer with their ports. */
async function hosts(env: Record<string, string>, backend: string) {
  const [app, peer] = [place.host('kept'), place.host('kept')];
  joinHosts(app, peer);
  for (const address of ['169.254.169.254', '169.254.170.2', '192.0.2.9']) {
    execFileSync('ip', ['-n', peer.name, 'address', 'add', `${address}/32`, 'dev', 'lo']);
  }
  await Promise.all([
    app.serve([22, 53, 8080, 8081, 15_000, 15_001, 15_053]),
    peer.serve([22, 53, 80, 3306, 9000]),
  ]);
  const { code, stderr } = await app.proxyinit({ ...env, DAYBREAK_IPTABLES_BACKEND: backend });
  if (code !== 0) throw new Error(stderr);
  return { app, peer };
}

describe.each(['nft', 'legacy'] as const)('%s', (backend) => {
  let app: Host;
  let peer: Host;

  describe('the rules of App Mesh', () => {
    beforeAll(async () => {
      ({ app, peer } = await hosts(
        {
          APPMESH_APP_PORTS: '8080',
          APPMESH_ENABLE_IPV6: '1',
          APPMESH_IGNORE_GID: '1400',
          APPMESH_IGNORE_UID: '1337,1338',
          APPMESH_EGRESS_IGNORED_PORTS: '3306',
          APPMESH_EGRESS_IGNORED_IP: '192.0.2.0/24',
        },
        backend,
      ));
    });

    test.each([
      ['the app to a remote port', '10.77.0.2', 9000, 1000, '15001'],
      ['the app to a remote port over IPv6', 'fd77::2', 9000, 1000, '15001'],
      ['root to a remote port', '10.77.0.2', 9000, 0, '15001'],
      ['Envoy to a remote port', '10.77.0.2', 9000, 1337, '9000'],
      ['Envoy to a remote port over IPv6', 'fd77::2', 9000, 1337, '9000'],
      ['the second of its users', '10.77.0.2', 9000, 1338, '9000'],
      ['its group', '10.77.0.2', 9000, 1400, '9000'],
      ['port 22', '10.77.0.2', 22, 1000, '22'],
      ['port 22 over IPv6', 'fd77::2', 22, 1000, '22'],
      ['an ignored port', '10.77.0.2', 3306, 1000, '3306'],
      ['an ignored address', '192.0.2.9', 9000, 1000, '9000'],
      ['instance metadata', '169.254.169.254', 80, 1000, '80'],
      ['task credentials', '169.254.170.2', 80, 1000, '80'],
      ['the app to itself', '127.0.0.1', 8080, 1000, '8080'],
      ['the app to its own address', '10.77.0.1', 8081, 1000, '8081'],
      ['the app to itself over IPv6', '::1', 8080, 1000, '8080'],
      ['DNS over TCP, which is like any other port', '10.77.0.2', 53, 1000, '15001'],
    ])('out: %s', async (_, address, port, uid, answer) => {
      expect(await app.dial(address, port, uid)).toBe(answer);
    });

    test('out: DNS over UDP is not redirected', async () => {
      expect(await app.ask('10.77.0.2', 53)).toBe('53');
    });

    test.each([
      ['an app port', '10.77.0.1', 8080, '15000'],
      ['an app port over IPv6', 'fd77::1', 8080, '15000'],
      ['a port that is not an app port', '10.77.0.1', 8081, '8081'],
    ])('in: %s', async (_, address, port, answer) => {
      expect(await peer.dial(address, port)).toBe(answer);
    });
  });

  describe('rules beyond App Mesh', () => {
    beforeAll(async () => {
      ({ app, peer } = await hosts(
        {
          APPMESH_APP_PORTS: '*',
          APPMESH_ENABLE_IPV6: '1',
          DAYBREAK_EGRESS_PORTS: '53,3306,9000',
          DAYBREAK_EGRESS_IP: '10.77.0.0/16,fd77::/16',
          DAYBREAK_EGRESS_UID: '1000,1001',
          DAYBREAK_INGRESS_IGNORED_PORTS: '8081',
          DAYBREAK_DNS: '1',
          DAYBREAK_DNS_SERVERS: '10.77.0.2,fd77::2,127.0.0.1',
          DAYBREAK_DROP_INVALID: '1',
        },
        backend,
      ));
    });

    test.each([
      ['all that is asked for', '10.77.0.2', 9000, 1001, '15001'],
      ['and over IPv6', 'fd77::2', 3306, 1000, '15001'],
      ['another user', '10.77.0.2', 9000, 1002, '9000'],
      ['another port', '10.77.0.2', 80, 1000, '80'],
      ['another address', '192.0.2.9', 9000, 1000, '9000'],
      ['a question over TCP', '10.77.0.2', 53, 1000, '15053'],
      ["Envoy's question over TCP", '10.77.0.2', 53, 1337, '53'],
      ['a question to a server that was not named', '192.0.2.9', 53, 1000, '53'],
    ])('out: %s', async (_, address, port, uid, answer) => {
      expect(await app.dial(address, port, uid)).toBe(answer);
    });

    test.each([
      ["the app's", '10.77.0.2', 1000, '15053'],
      ["the app's over IPv6", 'fd77::2', 1000, '15053'],
      ["the app's to a server on the host itself", '127.0.0.1', 1000, '15053'],
      ["Envoy's", '10.77.0.2', 1337, '53'],
      ["Envoy's over IPv6", 'fd77::2', 1337, '53'],
      ["another user's", '10.77.0.2', 1002, '53'],
    ])('a query over UDP: %s', async (_, address, uid, answer) => {
      expect(await app.ask(address, 53, uid)).toBe(answer);
    });

    test('the app and Envoy can query the same server from the same port, each in its own zone', async () => {
      const [first, second] = [await askFrom(app, 1000), await askFrom(app, 1337)];
      expect([first, second]).toEqual(['15053', '53']);
      expect(await askFrom(app, 1000)).toBe('15053');
    });

    test.each([
      ['any port', '10.77.0.1', 8080, '15000'],
      ['any port over IPv6', 'fd77::1', 8080, '15000'],
      ["Envoy's port for outbound traffic is no way out", '10.77.0.1', 15_001, '15000'],
      ['port 22', '10.77.0.1', 22, '22'],
      ['an ignored port', '10.77.0.1', 8081, '8081'],
    ])('in: %s', async (_, address, port, answer) => {
      expect(await peer.dial(address, port)).toBe(answer);
    });
  });

  test('ignored interfaces are exempt in both directions, and for DNS queries', async () => {
    const asked = {
      APPMESH_APP_PORTS: '8080',
      DAYBREAK_IGNORED_INTERFACES: 'wir+',
      DAYBREAK_DNS: '1',
      DAYBREAK_DNS_SERVERS: '10.77.0.2,127.0.0.1',
    };
    const ours = await hosts(asked, backend);
    expect(await ours.app.dial('10.77.0.2', 9000)).toBe('9000');
    expect(await ours.peer.dial('10.77.0.1', 8080)).toBe('8080');
    expect(await ours.app.ask('10.77.0.2', 53)).toBe('53');
    expect(await ours.app.dial('10.77.0.2', 53)).toBe('53');
    // Over an interface that is not ignored.
    expect(await ours.app.ask('127.0.0.1', 53)).toBe('15053');
  });

  test('port 22 is redirected if the settings say so', async () => {
    const ours = await hosts({ APPMESH_APP_PORTS: '22', DAYBREAK_INTERCEPT_SSH: '1' }, backend);
    expect(await ours.app.dial('10.77.0.2', 22)).toBe('15001');
    expect(await ours.peer.dial('10.77.0.1', 22)).toBe('15000');
  });
});

/** Sends queries from the same port each time, which requires the zones. */
async function askFrom(host: Host, uid: number): Promise<string> {
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', (answer) => { process.stdout.write(answer); socket.close(); });
    socket.bind(40000, () => socket.send('question', 53, '10.77.0.2'));
    setTimeout(() => process.exit(), 100_000).unref();`;
  const { stdout } = await host.run([
    'setpriv',
    `--reuid=${uid}`,
    '--clear-groups',
    process.execPath,
    '-e',
    script,
  ]);
  return stdout.trim();
}
