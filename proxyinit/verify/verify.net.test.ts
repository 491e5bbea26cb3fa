import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { joinHosts } from '../testing/host.ts';
import { lines, usePlace } from '../testing/place.ts';

const place = usePlace();

const BOTH = { APPMESH_APP_PORTS: '8080', APPMESH_ENABLE_IPV6: '1' };

const joined = async () => {
  const [app, peer] = [place.host(), place.host()];
  joinHosts(app, peer);
  return { app, peer };
};

test('sends outbound and inbound probes, and reports where each arrived', async () => {
  const { app } = await joined();
  const env = { ...BOTH, DAYBREAK_DNS: '1', DAYBREAK_DNS_SERVERS: '10.77.0.2,fd77::2' };
  await app.proxyinit(env);
  const before = await app.rules('iptables-save', 'all');
  const { code, stdout, stderr } = await app.proxyinit(env, ['verify']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expect(stdout).toMatchFileSnapshot('../testdata/verify.out');
  expect(await app.rules('iptables-save', 'all')).toBe(before);
  expect((await app.run(['ip', '-o', 'link'])).stdout.trim().split('\n')).toHaveLength(2);
});

test('works with a listening Envoy and a resolver', async () => {
  const { app } = await joined();
  const env = { ...BOTH, DAYBREAK_DNS: '1', DAYBREAK_DNS_SERVERS: '10.77.0.2' };
  await app.serve([15_000, 15_001, 15_053]);
  await app.proxyinit(env);
  const { code, stdout } = await app.proxyinit(env, ['verify']);
  expect(stdout).toContain('to 192.0.2.1 port 9: arrived at port 15001, as it should');
  expect(stdout).toContain('sent to port 15053, and an answer came back, as it should');
  expect(code).toBe(0);
});

test.each([
  [
    'no rules',
    [],
    /there are no rules[^]*out, as uid 65534, to 192.0.2.1 port 9: .*and should have arrived at port 15001/,
  ],
  [
    'the rule for Envoy is gone',
    ['-D', 'APPMESH_EGRESS', '1'],
    /out, as Envoy \(uid 1337\).*: arrived at port 15001, and should have bypassed Envoy/,
  ],
  [
    'another rule comes first',
    ['-I', 'OUTPUT', '-p', 'tcp', '-j', 'ACCEPT'],
    /out, as uid 65534.* and should have arrived at port 15001/,
  ],
  [
    'inbound goes elsewhere',
    ['-I', 'PREROUTING', '-p', 'tcp', '-j', 'REDIRECT', '--to-ports', '15001'],
    /in, to 198.51.100.1 port 8080: arrived at port 15001, and should have arrived at port 15000/,
  ],
])('reports wrong redirection: %s', async (_, change, text) => {
  const { app } = await joined();
  const env = { APPMESH_APP_PORTS: '8080' };
  if (change.length > 0) {
    await app.proxyinit(env);
    execFileSync('ip', ['netns', 'exec', app.name, 'iptables-nft', '-t', 'nat', ...change]);
  }
  expect(await app.proxyinit(env, ['verify'])).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(text),
  });
});

test('does not judge traffic of ignored interfaces', async () => {
  const { app } = await joined();
  const env = {
    ...BOTH,
    DAYBREAK_IGNORED_INTERFACES: 'wi+',
    DAYBREAK_DNS: '1',
    DAYBREAK_DNS_SERVERS: '127.0.0.1,10.77.0.2',
  };
  await app.proxyinit(env);
  const { code, stdout, stderr } = await app.proxyinit(env, ['verify']);
  expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
  expect(stdout).toContain(
    'IPv4 out, as uid 65534: not tried: 192.0.2.1 and 10.77.0.2 are reached by wire, which the settings exempt',
  );
  expect(stdout).toContain(
    'IPv4 DNS, as uid 65534, to 127.0.0.1 port 53: arrived at port 15053, as it should',
  );
  expect(stdout).toContain('IPv4 in, to 198.51.100.1 port 8080: arrived at port 15000, as it should');
});

// A whiteout (character device 0/0) in an upper layer hides the file of the same name below.
const HIDE_IP =
  'mknod "$0/ip" c 0 0 && for at in /usr/bin /usr/sbin; do mount -t overlay overlay -o "lowerdir=$0:$at" "$at"; done';

test.each([
  [
    'no namespaces',
    () => ['setpriv', '--bounding-set=-sys_admin'],
    'no network namespace could be made (that needs the capability SYS_ADMIN)',
  ],
  [
    'no ip',
    () => ['unshare', '--mount', 'sh', '-c', `${HIDE_IP} && exec "$@"`, place.empty()],
    'ip was not found: install iproute2',
  ],
])('reports a probe that cannot be sent, with a separate exit code: %s', async (_, without, because) => {
  const { app } = await joined();
  await app.proxyinit(BOTH);
  const command = [...without(), process.execPath, place.program, 'verify'];
  const { code, stdout } = await app.run(command, BOTH);
  expect(lines(stdout).filter((line) => line.includes('not tried'))).toEqual(
    ['IPv4', 'IPv4', 'IPv6', 'IPv6'].map((family) => `${family} in: not tried: ${because}`),
  );
  expect(code).toBe(4);
  expect((await app.run(['ip', '-o', 'link'])).stdout.trim().split('\n')).toHaveLength(2);
});
