import { describe, expect, test } from 'vitest';
import { EVERYTHING, usePlace, WAIT } from './testing/place.ts';

const place = usePlace();

/** Rules of Docker, a firewall and an administrator: several tables, policies, and chains with names similar to ours. */
const FOREIGN = `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -i lo -j NOTRACK
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:APPMESH_INGRESS - [0:0]
-A PREROUTING -p tcp -m conntrack --ctstate INVALID -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:APPMESH_OTHER - [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT -p tcp -m comment --comment "-j APPMESH_EGRESS" -j APPMESH_OTHER
-A POSTROUTING -o eth0 -j MASQUERADE
-A APPMESH_OTHER -j RETURN
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER-USER - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -j RETURN
COMMIT
`;

describe.each(['nft', 'legacy'] as const)('%s', (backend) => {
  const asked = { DAYBREAK_IPTABLES_BACKEND: backend };
  const programs = ['iptables', 'ip6tables'].map((name) => `${name}-${backend}`);
  const all = (host: ReturnType<typeof place.host>) =>
    Promise.all(programs.map((program) => host.rules(`${program}-save`, 'all')));

  test.each([
    ['everything', EVERYTHING],
    ['egress alone', { APPMESH_ENABLE_IPV6: '1' }],
  ])('rules of other programs stay byte for byte: %s', async (_, env) => {
    const host = place.host();
    for (const program of programs) await host.run([`${program}-restore`, WAIT], {}, FOREIGN);
    const before = await all(host);
    expect(before.join('')).toContain('DROP [0:0]');

    await host.proxyinit({ ...env, ...asked });
    const during = await all(host);
    expect(during.map((text) => text.match(/^-A (?!.*daybreak\/).*$/gm))).toEqual(
      before.map((text) => text.match(/^-A .*$/gm)),
    );
    expect(await host.proxyinit(asked, ['remove'])).toEqual({
      code: 0,
      stderr: '',
      stdout: `IPv4: rules are removed (${backend})\nIPv6: rules are removed (${backend})\n`,
    });
    expect(await all(host)).toEqual(before);

    expect(await host.proxyinit(asked, ['remove'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing changed'),
    });
    expect(await all(host)).toEqual(before);
  });

  test('on a host without rules, at most empty tables stay', async () => {
    const host = place.host();
    await host.proxyinit({ ...EVERYTHING, ...asked });
    expect((await host.proxyinit(asked, ['remove'])).code).toBe(0);
    expect((await all(host)).join('').match(/^(?!\*|COMMIT|:[A-Z]+ ACCEPT \[0:0\]$).+$/gm)).toBeNull();
  });

  test('rules for IPv6 are removed when the settings no longer include IPv6', async () => {
    const host = place.host();
    await host.proxyinit({ ...EVERYTHING, ...asked });
    const [before] = await all(host);
    const { code, stdout } = await host.proxyinit({ ...EVERYTHING, ...asked, APPMESH_ENABLE_IPV6: '0' });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/IPv4: .*nothing changed.*\nIPv6: rules of an earlier run were removed/),
    });
    const [ipv4, ipv6] = await all(host);
    expect(ipv4).toBe(before);
    expect(ipv6).not.toContain('APPMESH');
  });
});

test('removes rules in both backends, and a guard of a killed run', async () => {
  const host = place.host();
  for (const backend of ['nft', 'legacy']) {
    const guard = `*filter\n:APPMESH_GUARD_OUT - [0:0]\n-A OUTPUT -j APPMESH_GUARD_OUT\n-A APPMESH_GUARD_OUT -p tcp -j DROP\nCOMMIT\n`;
    const chain = `*nat\n:APPMESH_EGRESS - [0:0]\n-A OUTPUT -p tcp -j APPMESH_EGRESS\nCOMMIT\n`;
    await host.run([`iptables-${backend}-restore`, WAIT], {}, guard + chain);
  }
  expect((await host.proxyinit({}, ['remove'])).code).toBe(0);
  for (const backend of ['nft', 'legacy']) {
    expect(await host.rules(`iptables-${backend}-save`, 'all')).not.toContain('APPMESH');
  }
});

test('remove works although other settings are invalid', async () => {
  const host = place.host();
  await host.proxyinit({});
  expect((await host.proxyinit({ APPMESH_APP_PORTS: 'http' }, ['remove'])).code).toBe(0);
  expect(await host.rules()).not.toContain('APPMESH');
});

test('on a host without iptables rules, no tables are created', async () => {
  const host = place.host();
  expect((await host.proxyinit({}, ['remove'])).code).toBe(0);
  expect((await host.proxyinit({}, ['status'])).code).toBe(3);
  expect((await host.run(['nft', 'list', 'ruleset'])).stdout).toBe('');
  expect((await host.run(['cat', '/proc/net/ip_tables_names'])).stdout).toBe('');
});
