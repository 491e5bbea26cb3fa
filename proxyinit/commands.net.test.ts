import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { joinHosts, type Host } from './testdata/host.ts';
import { EVERYTHING, lines, pathWith, usePlace } from './testdata/place.ts';

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
      /no rules are there[^]*the rules are in force/,
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

  test('a command that fails does not end it, and is told by the exit code where it was the last', async () => {
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
  test('apply prints what it would restore, of what is not there yet, and changes nothing', async () => {
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

  test('remove prints what it would restore', async () => {
    const host = place.host();
    await host.proxyinit(EVERYTHING);
    const before = await host.rules('iptables-save', 'all');
    const { stdout } = await host.proxyinit({}, ['remove', '--dry-run']);
    expect(stdout.match(/^-X APPMESH_\w+/gm)).toHaveLength(12);
    expect(await host.rules('iptables-save', 'all')).toBe(before);
  });

  test('who may not read rules sees what a host without any would be given', async () => {
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
      stderr: expect.stringContaining('where no rules of proxyinit are yet'),
    });
    expect(stdout).toContain(':APPMESH_INGRESS');
  });
});

describe('status', () => {
  test('compares with what the settings ask for, and shows the rules with what met them', async () => {
    const host = place.host();
    const status = (env: Record<string, string>) => host.proxyinit(env, ['status']);
    expect(await status(BOTH)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/IPv4 \(nft\): no rules .*\nIPv6 \(nft\): no rules/),
    });
    await host.proxyinit(BOTH);
    const { code, stdout } = await status(BOTH);
    expect(code).toBe(0);
    expect(stdout.match(/^ +\d+ packets  nat     -A .*daybreak/gm)).toHaveLength(15);
    expect(await status({ ...BOTH, APPMESH_APP_PORTS: '1' })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('but not those that the settings ask for'),
    });
    expect(await status({ APPMESH_APP_PORTS: '8080' })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('that the settings do not ask for'),
    });
    await host.run(['ip6tables-nft', '-t', 'nat', '-D', 'APPMESH_EGRESS', '1']);
    expect(await status(BOTH)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(
        /IPv4 \(nft\): the rules are in force[^]*IPv6 \(nft\): rules are there, but not/,
      ),
    });
  });
});

describe('verify', () => {
  const joined = async () => {
    const [app, peer] = [place.host(), place.host()];
    joinHosts(app, peer);
    return { app, peer };
  };

  test('sends probes out and in, and tells where each arrived', async () => {
    const { app } = await joined();
    const env = { ...BOTH, DAYBREAK_DNS: '1', DAYBREAK_DNS_SERVERS: '10.77.0.2,fd77::2' };
    await app.proxyinit(env);
    const before = await app.rules('iptables-save', 'all');
    const { code, stdout, stderr } = await app.proxyinit(env, ['verify']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('testdata/verify.out');
    expect(await app.rules('iptables-save', 'all')).toBe(before);
    expect((await app.run(['ip', '-o', 'link'])).stdout.trim().split('\n')).toHaveLength(2);
  });

  test('with an Envoy that listens, and a resolver', async () => {
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
      /no rules are there[^]*out, as uid 65534, to 192.0.2.1 port 9: .*and should have arrived at port 15001/,
    ],
    [
      'the rule for Envoy is gone',
      ['-D', 'APPMESH_EGRESS', '1'],
      /out, as Envoy \(uid 1337\).*: arrived at port 15001, and should have been left alone/,
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
  ])('what is wrong is told: %s', async (_, change, text) => {
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

  test('a probe that cannot be sent is told, and by an exit code of its own', async () => {
    const { app } = await joined();
    await app.proxyinit(BOTH);
    const command = ['setpriv', '--bounding-set=-sys_admin', process.execPath, place.program, 'verify'];
    const { code, stdout } = await app.run(command, BOTH);
    expect(code).toBe(4);
    expect(lines(stdout).filter((line) => line.includes('not tried'))).toEqual(
      ['IPv4', 'IPv4', 'IPv6', 'IPv6'].map(
        (family) =>
          `${family} in: not tried: no network namespace could be made (that needs the capability SYS_ADMIN)`,
      ),
    );
  });
});
