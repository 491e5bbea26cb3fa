import { describe, expect, test } from 'vitest';
import type { Host } from './testing/host.ts';
import { EVERYTHING, pathWith, usePlace } from './testing/place.ts';

const place = usePlace();

const BOTH = { APPMESH_APP_PORTS: '8080', APPMESH_ENABLE_IPV6: '1' };

describe("the route manager's commands on stdin", () => {
  const jumps = async (host: Host) => (await host.rules()).match(/-j APPMESH_\w+/g) ?? [];
  const ALL = ['-j APPMESH_INGRESS', '-j APPMESH_EGRESS'];

  test.each([
    ['not set: applies', {}, '', 0, ALL, /rules are in force/],
    ['1: applies', { APPMESH_START_ENABLED: '1' }, 'quit\n', 0, ALL, /rules are in force/],
    ['0, and stdin ends', { APPMESH_START_ENABLED: '0' }, '', 0, [], /^$/],
    ['enable', { APPMESH_START_ENABLED: '0' }, 'enable\n', 0, ALL, /rules are in force/],
    ['enable without a line break', { APPMESH_START_ENABLED: '0' }, 'enable', 0, ALL, /rules are in force/],
    ['disable', { APPMESH_START_ENABLED: '0' }, 'enable\ndisable\n', 0, [], /rules are removed/],
    [
      'enable after disable',
      { APPMESH_START_ENABLED: '0' },
      'enable\ndisable\nenable\n',
      0,
      ALL,
      /removed[^]*in force/,
    ],
    [
      'quit after that, which left the jumps',
      { APPMESH_START_ENABLED: '0' },
      'enable\ndisable\nenable\nquit\n',
      0,
      [],
      /in force[^]*removed \(nft\)\n$/,
    ],
    ['enable twice', { APPMESH_START_ENABLED: '0' }, 'enable\nenable\n', 0, ALL, /nothing changed/],
    ['quit', { APPMESH_START_ENABLED: '0' }, 'enable\nquit\nenable\n', 0, [], /removed \(nft\)\n$/],
    ['quit where nothing is', { APPMESH_START_ENABLED: '0' }, 'quit\n', 0, [], /nothing changed/],
    [
      'disable without app ports',
      { APPMESH_START_ENABLED: '0', APPMESH_APP_PORTS: '' },
      'enable\ndisable\nquit\n',
      0,
      [],
      /removed/,
    ],
    [
      'status',
      { APPMESH_START_ENABLED: '0' },
      'status\nenable\nstatus\n',
      0,
      ALL,
      /there are no rules[^]*the rules are in force/,
    ],
    [
      'anything else',
      { APPMESH_START_ENABLED: '0' },
      'help\n',
      0,
      [],
      /^Available commands: quit, status, enable, disable\n$/,
    ],
  ])('%s', async (_, env, input, code, left, stdout) => {
    const host = place.host();
    const ended = await host.proxyinit({ ...BOTH, ...env }, [], input);
    expect(ended).toMatchObject({ code, stdout: expect.stringMatching(stdout) });
    expect(await jumps(host)).toEqual(left);
  });

  test('after a failed command, proxyinit goes on; the exit code is that of the last command', async () => {
    const host = place.host();
    const path = place.script(
      'iptables-restore',
      '[ -e "$0.ok" ] && exec /usr/sbin/iptables-nft-restore "$@"; touch "$0.ok"; cat >/dev/null; echo no >&2; exit 2',
    );
    await host.run(['ln', '-s', '/usr/sbin/iptables-nft-save', `${path}/iptables-save`]);
    const env = { APPMESH_START_ENABLED: '0', PATH: pathWith(path) };
    expect(await host.proxyinit(env, [], 'enable\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('refused the rules (no)'),
    });
    await host.run(['rm', `${path}/iptables-restore.ok`]);
    expect(await host.proxyinit(env, [], 'enable\nenable\n')).toMatchObject({ code: 0 });
  });
});

describe('dry run', () => {
  test('apply prints only the restores that are needed, and changes nothing', async () => {
    const host = place.host();
    const fresh = await host.proxyinit(BOTH, ['apply', '--dry-run']);
    expect(fresh).toMatchObject({ code: 0, stderr: '' });
    expect(fresh.stdout.match(/^# .*$/gm)).toEqual([
      '# iptables-restore --noflush --wait=60',
      '# ip6tables-restore --noflush --wait=60',
    ]);
    expect((await host.run(['nft', 'list', 'ruleset'])).stdout).toBe('');

    for (const part of fresh.stdout.split(/^(?=# )/m)) {
      const [comment = '', ...rest] = part.split('\n');
      await host.run(comment.slice(2).split(' '), {}, rest.join('\n'));
    }
    expect((await host.proxyinit(BOTH)).stdout.match(/nothing changed/g)).toHaveLength(2);
    expect(await host.proxyinit(BOTH, ['apply', '--dry-run'])).toEqual({
      code: 0,
      stderr: '',
      stdout: '# nothing to restore\n',
    });
    expect(
      (await host.proxyinit({ ...BOTH, APPMESH_APP_PORTS: '9' }, ['apply', '--dry-run'])).stdout,
    ).toMatch(
      /^# iptables-restore .*\n\*nat\n:APPMESH_INGRESS - \[0:0\]\n-A APPMESH_INGRESS .* 9 .*\nCOMMIT\n# ip6tables-restore/,
    );
  });

  test('each setting comes from the first source that has it: flag, DAYBREAK_…, APPMESH_…, proxyConfiguration', async () => {
    const host = place.host();
    const properties = Object.entries({
      AppPorts: '4',
      ProxyIngressPort: '20004',
      EgressIgnoredPorts: '44',
      IgnoredUID: '444',
    });
    const env = {
      DAYBREAK_PROXY_CONFIGURATION: JSON.stringify({
        properties: properties.map(([name, value]) => ({ name, value })),
      }),
      APPMESH_APP_PORTS: '3',
      APPMESH_ENVOY_INGRESS_PORT: '20003',
      APPMESH_EGRESS_IGNORED_PORTS: '33',
      DAYBREAK_APP_PORTS: '2',
      DAYBREAK_INGRESS_PORT: '20002',
    };
    const { code, stdout } = await host.proxyinit(env, ['apply', '--dry-run', '--app-ports=1']);
    expect(code).toBe(0);
    expect(stdout.match(/--(?:dports|to-ports|uid-owner) \d+/g)).toEqual([
      '--uid-owner 444',
      '--dports 33',
      '--dports 22',
      '--to-ports 15001',
      '--dports 1',
      '--to-ports 20002',
    ]);
  });

  test('remove prints its restores', async () => {
    const host = place.host();
    await host.proxyinit(EVERYTHING);
    const before = await host.rules('iptables-save', 'all');
    const { stdout } = await host.proxyinit({}, ['remove', '--dry-run']);
    expect(stdout.match(/^-X APPMESH_\w+/gm)).toHaveLength(12);
    expect(await host.rules('iptables-save', 'all')).toBe(before);
  });

  test('without the right to read rules, apply prints the restores for a host without rules', async () => {
    const host = place.host();
    const command = [
      'setpriv',
      '--bounding-set=-net_admin',
      process.execPath,
      place.program,
      'apply',
      '--dry-run',
    ];
    const { code, stdout, stderr } = await host.run(command, BOTH);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('assuming that there are no rules of proxyinit yet'),
    });
    expect(stdout).toContain(':APPMESH_INGRESS');
  });
});

describe('status', () => {
  test('compares the rules with the settings, and shows them with their packet counters', async () => {
    const host = place.host();
    const status = (env: Record<string, string>) => host.proxyinit(env, ['status']);
    expect(await status(BOTH)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/IPv4 \(nft\): there are no rules.*\nIPv6 \(nft\): there are no rules/),
    });
    await host.proxyinit(BOTH);
    const { code, stdout } = await status(BOTH);
    expect(code).toBe(0);
    expect(stdout.match(/^ +\d+ packets  nat     -A .*daybreak/gm)).toHaveLength(15);
    expect(await status({ ...BOTH, APPMESH_APP_PORTS: '1' })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(
        "the rules differ from those that this call's flags and variables demand",
      ),
    });
    expect(await status({ APPMESH_APP_PORTS: '8080' })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('that the settings do not demand'),
    });
    await host.run(['ip6tables-nft', '-t', 'nat', '-D', 'APPMESH_EGRESS', '1']);
    expect(await status(BOTH)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(
        /IPv4 \(nft\): the rules are in force[^]*IPv6 \(nft\): the rules differ from/,
      ),
    });
  });
});
