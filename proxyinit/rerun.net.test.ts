import { describe, expect, test } from 'vitest';
import { EVERYTHING, lines, pathWith, usePlace } from './testing/place.ts';

const place = usePlace();

const BOTH = { APPMESH_APP_PORTS: '8080,8443', APPMESH_ENABLE_IPV6: '1' };

/** What App Mesh's route manager leaves, without its rule for port 22 where there is one already. */
const APP_MESH = [
  {
    env: { APPMESH_APP_PORTS: '8000' },
    program: 'iptables',
    rules: `-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS
-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS
-A APPMESH_EGRESS -m owner --uid-owner 1337 -j RETURN
-A APPMESH_EGRESS -p tcp -m multiport --dports 22 -j RETURN
-A APPMESH_EGRESS -d 169.254.169.254/32 -p tcp -j RETURN
-A APPMESH_EGRESS -d 169.254.170.2/32 -p tcp -j RETURN
-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001
-A APPMESH_INGRESS -p tcp -m multiport --dports 8000 -j REDIRECT --to-ports 15000`,
  },
  {
    env: {
      APPMESH_ENABLE_IPV6: '1',
      APPMESH_IGNORE_UID: '1337',
      APPMESH_IGNORE_GID: '1338',
      APPMESH_APP_PORTS: '8080,8443',
      APPMESH_EGRESS_IGNORED_IP: '169.254.169.254,fd00:ec2::254,10.0.0.0/8',
      APPMESH_EGRESS_IGNORED_PORTS: '22,3306',
    },
    program: 'ip6tables',
    rules: `-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS
-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS
-A APPMESH_EGRESS -m owner --uid-owner 1337 -j RETURN
-A APPMESH_EGRESS -m owner --gid-owner 1338 -j RETURN
-A APPMESH_EGRESS -p tcp -m multiport --dports 22 -j RETURN
-A APPMESH_EGRESS -p tcp -m multiport --dports 3306 -j RETURN
-A APPMESH_EGRESS -d fd00:ec2::254/128 -p tcp -j RETURN
-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001
-A APPMESH_INGRESS -p tcp -m multiport --dports 8080,8443 -j REDIRECT --to-ports 15000`,
  },
];

describe.each(['nft', 'legacy'] as const)('%s', (backend) => {
  const asked = { DAYBREAK_IPTABLES_BACKEND: backend };
  const saves = [`iptables-${backend}-save`, `ip6tables-${backend}-save`];

  test.each(APP_MESH)("what iptables-save shows is App Mesh's, but for comments: $env", async ({
    env,
    program,
    rules,
  }) => {
    const host = place.host();
    expect(await host.proxyinit({ ...env, ...asked })).toMatchObject({ code: 0, stderr: '' });
    const saved = await host.rules(`${program}-${backend}-save`);
    const shown = saved.replaceAll(/ -m comment --comment "?daybreak\/[a-z-]+"?/g, '').match(/^-A .*/gm);
    expect(shown?.join('\n')).toBe(rules);
    expect(saved.match(/daybreak\//g)).toHaveLength(rules.split('\n').length);
  });

  test.each([
    ['app ports and IPv6', BOTH],
    ['everything', EVERYTHING],
  ])('three runs leave what one left: %s', async (_, env) => {
    const host = place.host();
    const all = () => Promise.all(saves.map((save) => host.rules(save, 'all')));
    const first = await host.proxyinit({ ...env, ...asked });
    expect(first).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/IPv4: rules are in force:.*\nIPv6: rules are in force:/),
    });
    const rules = await all();
    expect(rules.join('')).not.toContain('APPMESH_GUARD');
    for (const _again of [2, 3]) {
      expect(await host.proxyinit({ ...env, ...asked })).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/IPv4: .*nothing changed.*\nIPv6: .*nothing changed/),
      });
      expect(await all()).toEqual(rules);
    }
    expect((await host.proxyinit({ ...env, ...asked }, ['status'])).code).toBe(0);
  });

  test('other settings replace the rules, and those before come back the same', async () => {
    const host = place.host();
    const all = async () => (await Promise.all(saves.map((save) => host.rules(save)))).map(lines);
    await host.proxyinit({ ...BOTH, ...asked });
    const before = await all();
    await host.proxyinit({ ...EVERYTHING, ...asked });
    expect((await all()).join()).toContain('APPMESH_DNS');
    await host.proxyinit({ ...BOTH, ...asked });
    expect(await all()).toEqual(before);
  });
});

test.each(['nft', 'legacy'] as const)('a hundred at once leave one set of rules: %s', {
  timeout: 300_000,
}, async (backend) => {
  const host = place.host();
  // So slow that all the others have begun before the first one has written.
  const path = place.script('iptables-restore', `sleep 2; exec /usr/sbin/iptables-${backend}-restore "$@"`);
  await host.run(['ln', '-s', `/usr/sbin/iptables-${backend}-save`, `${path}/iptables-save`]);
  const env = { ...BOTH, DAYBREAK_IPTABLES_BACKEND: backend, PATH: pathWith(path) };
  const runs = await Promise.all(
    Array.from({ length: 100 }, () => host.proxyinit(env, ['apply', '--wait=250'])),
  );
  expect(runs.filter(({ code, stderr }) => code !== 0 || stderr !== '')).toEqual([]);
  expect(runs.filter(({ stdout }) => !stdout.includes('nothing changed'))).toHaveLength(1);
  for (const save of [`iptables-${backend}-save`, `ip6tables-${backend}-save`]) {
    expect((await host.rules(save)).match(/-j APPMESH_\w+/g)).toEqual([
      '-j APPMESH_INGRESS',
      '-j APPMESH_EGRESS',
    ]);
  }
});

test('other users of legacy iptables are waited for, where that is wanted', async () => {
  const host = place.host();
  // The lock of the legacy programs is the whole machine's, unless this names another.
  const file = `${place.empty()}/xtables.lock`;
  const env = { ...BOTH, DAYBREAK_IPTABLES_BACKEND: 'legacy', XTABLES_LOCKFILE: file };
  const holder = host.run(['flock', file, 'sh', '-c', `until [ -e ${file}.enough ]; do sleep 0.1; done`]);
  await expect.poll(async () => (await host.run(['flock', '-n', file, 'true'])).code).toBe(1);
  expect(await host.proxyinit(env, ['apply', '--wait=0'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'iptables-legacy-restore waited for another user of iptables for 1 s in vain; --wait SECONDS waits longer: ' +
      'the rules are what they were before\n',
  });
  const patient = host.proxyinit(env, ['apply', '--wait=30']);
  await host.run(['sh', '-c', `sleep 0.5; touch ${file}.enough`]);
  expect(await patient).toMatchObject({ code: 0, stderr: '' });
  await holder;
  expect(await host.rules('iptables-legacy-save')).toContain('--dports 8080,8443');
});

test('a run that does not want to wait says that another is at work', async () => {
  const host = place.host();
  const holder = host.run(['flock', '/proc/self/ns/net', 'sleep', '1']);
  await expect.poll(async () => (await host.run(['flock', '-n', '/proc/self/ns/net', 'true'])).code).toBe(1);
  expect(await host.proxyinit(BOTH, ['apply', '--wait=0'])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^another proxyinit is at work .*no rule was changed/),
  });
  await holder;
  expect((await host.proxyinit(BOTH, ['apply', '--wait=0'])).code).toBe(0);
});

describe('what the route manager and its kin left behind is replaced', () => {
  const fresh = async (env: Record<string, string>) => {
    const host = place.host();
    await host.proxyinit(env);
    return lines(await host.rules());
  };

  test.each([
    ['the route manager, enabled twice', 'jumps'],
    ['its disable, which keeps the jumps', 'empty'],
    ['the CNI plug-in, ingress first', 'cni'],
  ])('%s', async (_, what) => {
    const jumps = `-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS
-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS`;
    const chains = `:APPMESH_INGRESS - [0:0]\n:APPMESH_EGRESS - [0:0]`;
    const rules = {
      jumps: `${jumps}\n${jumps}\n-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001`,
      empty: jumps,
      cni: `${jumps}\n-A APPMESH_EGRESS -p tcp -m multiport --dports 22,23 -j RETURN\n-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001`,
    }[what];
    const host = place.host();
    await host.run(['iptables-nft-restore'], {}, `*nat\n${chains}\n${rules}\nCOMMIT\n`);
    expect(await host.proxyinit(BOTH)).toMatchObject({ code: 0, stderr: '' });
    expect(lines(await host.rules())).toEqual(await fresh(BOTH));
  });
});

describe('the backend', () => {
  const env = { APPMESH_APP_PORTS: '80' };
  const FOREIGN = '*filter\n-A INPUT -p icmp -j ACCEPT\nCOMMIT\n';
  const where = async (host: ReturnType<typeof place.host>) => {
    const [nft, legacy] = await Promise.all([
      host.rules('iptables-nft-save', 'all'),
      host.rules('iptables-legacy-save', 'all'),
    ]);
    return [...(nft.includes('APPMESH') ? ['nft'] : []), ...(legacy.includes('APPMESH') ? ['legacy'] : [])];
  };

  test.each([
    'nft',
    'legacy',
  ] as const)('nobody has rules: what iptables is on this host, %s', async (backend) => {
    const host = place.host();
    expect((await host.proxyinit({ ...env, PATH: pathWith(place.plain(backend)) })).code).toBe(0);
    expect(await where(host)).toEqual([backend]);
  });

  test.each([
    ['nft', 'legacy'],
    ['legacy', 'nft'],
  ] as const)("others' rules are in %s, though iptables is %s", async (theirs, plain) => {
    const host = place.host();
    await host.run([`iptables-${theirs}-restore`], {}, FOREIGN);
    await host.proxyinit({ ...env, PATH: pathWith(place.plain(plain)) });
    expect(await where(host)).toEqual([theirs]);
  });

  test('rules of ours stay where they are, and move when that is asked for', async () => {
    const host = place.host();
    const path = { PATH: pathWith(place.plain('legacy')) };
    await host.proxyinit({ ...env, ...path });
    expect((await host.proxyinit(env)).stdout).toContain('nothing changed');
    expect(await where(host)).toEqual(['legacy']);
    await host.proxyinit(env, ['apply', '--iptables-backend=nft']);
    expect(await where(host)).toEqual(['nft']);
  });

  test('the kernel has no legacy tables, though iptables is legacy', async () => {
    const host = place.host();
    const path = place.script(
      'iptables-legacy-save',
      'echo "iptables-save v1.8.9 (legacy): Cannot initialize: Table does not exist (do you need to insmod?)" >&2; exit 3',
    );
    await host.run(['ln', '-s', 'iptables-legacy-save', `${path}/iptables-save`]);
    await host.run(['ln', '-s', '/usr/sbin/iptables-legacy-restore', `${path}/iptables-restore`]);
    expect(await host.proxyinit({ ...env, PATH: pathWith(path) })).toMatchObject({ code: 0, stderr: '' });
    expect(await where(host)).toEqual(['nft']);
  });
});
