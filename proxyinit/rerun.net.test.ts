import { describe, expect, test } from 'vitest';
import { EVERYTHING, lines, pathWith, usePlace, WAIT } from './testing/place.ts';

const place = usePlace();

const BOTH = { APPMESH_APP_PORTS: '8080,8443', APPMESH_ENABLE_IPV6: '1' };

/** Rules of App Mesh's route manager, without its rule for port 22 if there is one already. */
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

  test.each(APP_MESH)("iptables-save shows the same rules as App Mesh's, except for comments: $env", async ({
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
  ])('three runs leave the same rules as one: %s', async (_, env) => {
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

  test('other settings replace the rules, and the first settings restore the same rules', async () => {
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

test.each(['nft', 'legacy'] as const)('a hundred concurrent runs leave one set of rules: %s', {
  timeout: 300_000,
}, async (backend) => {
  const host = place.host();
  // So slow that all other runs have begun before the first one writes.
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

test('with --wait, a run waits for other users of legacy iptables', async () => {
  const host = place.host();
  // The legacy programs use one lock for the whole machine, unless this variable names another file.
  const file = `${place.empty()}/xtables.lock`;
  const env = { ...BOTH, DAYBREAK_IPTABLES_BACKEND: 'legacy', XTABLES_LOCKFILE: file };
  const holder = host.run(['flock', file, 'sh', '-c', `until [ -e ${file}.enough ]; do sleep 0.1; done`]);
  await expect.poll(async () => (await host.run(['flock', '-n', file, 'true'])).code).toBe(1);
  expect(await host.proxyinit(env, ['apply', '--wait=0'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'iptables-legacy-restore timed out after 1 s, because another program holds the lock of iptables; --wait SECONDS waits longer: ' +
      'the previous rules are in force (LOCK_TIMEOUT)\n',
  });
  const patient = host.proxyinit(env, ['apply', '--wait=120']);
  await host.run(['sh', '-c', `sleep 0.5; touch ${file}.enough`]);
  expect(await patient).toMatchObject({ code: 0, stderr: '' });
  await holder;
  expect(await host.rules('iptables-legacy-save')).toContain('--dports 8080,8443');
});

test('a run with --wait=0 reports another run', async () => {
  const host = place.host();
  const file = `${place.empty()}/enough`;
  const holder = host.run([
    'flock',
    '/proc/self/ns/net',
    'sh',
    '-c',
    `until [ -e ${file} ]; do sleep 0.1; done`,
  ]);
  await expect.poll(async () => (await host.run(['flock', '-n', '/proc/self/ns/net', 'true'])).code).toBe(1);
  expect(await host.proxyinit(BOTH, ['apply', '--wait=0'])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^another proxyinit is running .*no rule was changed/),
  });
  await host.run(['touch', file]);
  await holder;
  expect((await host.proxyinit(BOTH, ['apply', '--wait=0'])).code).toBe(0);
});

describe('rules of the route manager and similar programs are replaced', () => {
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
  ] as const)('without any rules, the backend that iptables uses on this host: %s', async (backend) => {
    const host = place.host();
    expect((await host.proxyinit({ ...env, PATH: pathWith(place.plain(backend)) })).code).toBe(0);
    expect(await where(host)).toEqual([backend]);
  });

  test.each([
    ['nft', 'legacy'],
    ['legacy', 'nft'],
  ] as const)("others' rules are in %s, though iptables is %s", async (theirs, plain) => {
    const host = place.host();
    await host.run([`iptables-${theirs}-restore`, WAIT], {}, FOREIGN);
    await host.proxyinit({ ...env, PATH: pathWith(place.plain(plain)) });
    expect(await where(host)).toEqual([theirs]);
  });

  test('existing rules of proxyinit stay in their backend, and move to another only on request', async () => {
    const host = place.host();
    const path = { PATH: pathWith(place.plain('legacy')) };
    await host.proxyinit({ ...env, ...path });
    expect((await host.proxyinit(env)).stdout).toContain('nothing changed');
    expect(await where(host)).toEqual(['legacy']);
    await host.proxyinit(env, ['apply', '--iptables-backend=nft']);
    expect(await where(host)).toEqual(['nft']);
  });

  test('the nft backend is used if iptables is legacy but the kernel has no legacy tables', async () => {
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
