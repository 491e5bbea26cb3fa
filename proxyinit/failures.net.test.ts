import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lines, pathWith, usePlace } from './testing/place.ts';

const place = usePlace();

const BOTH = { APPMESH_APP_PORTS: '8080,8443', APPMESH_ENABLE_IPV6: '1' };
const NO_TABLE = "can't initialize ip6tables table \\`nat': Table does not exist (do you need to insmod?)";

describe("inputs that broke App Mesh's programs", () => {
  test.each([
    ['a port over 65535', { APPMESH_APP_PORTS: '99999' }, /^APPMESH_APP_PORTS="99999"/],
    ['a name for a port', { APPMESH_APP_PORTS: 'http,8080' }, /^APPMESH_APP_PORTS="http,8080"/],
    [
      'a bad port after good egress settings',
      { APPMESH_EGRESS_IGNORED_PORTS: '22,0' },
      /^APPMESH_EGRESS_IGNORED_PORTS=/,
    ],
  ])('%s changes nothing', async (_, env, message) => {
    const host = place.host();
    const { code, stdout, stderr } = await host.proxyinit({ ...BOTH, ...env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect((await host.run(['nft', 'list', 'ruleset'])).stdout).toBe('');
  });

  const ports = (count: number) => Array.from({ length: count }, (_, index) => 8000 + index).join();
  test.each([
    ['16 app ports', { APPMESH_APP_PORTS: ports(16) }],
    ['40 ignored ports', { APPMESH_EGRESS_IGNORED_PORTS: ports(40) }],
    [
      'ranges, 20 of them',
      {
        APPMESH_APP_PORTS: Array.from(
          { length: 20 },
          (_, index) => `${9000 + 10 * index}:${9005 + 10 * index}`,
        ).join(),
      },
    ],
    ['no app ports', { APPMESH_APP_PORTS: '' }],
    ['22 given, and given twice', { APPMESH_EGRESS_IGNORED_PORTS: '22,22' }],
    [
      'an ECS configuration with ranges',
      { DAYBREAK_PROXY_CONFIGURATION: '{"properties":[{"name":"AppPorts","value":"8000:8010"}]}' },
    ],
  ])('%s work, and can be removed', async (_, env) => {
    for (const backend of ['nft', 'legacy']) {
      const host = place.host();
      const asked = { ...env, DAYBREAK_IPTABLES_BACKEND: backend };
      expect(await host.proxyinit(asked)).toMatchObject({ code: 0, stderr: '' });
      expect((await host.proxyinit(asked)).stdout).toContain('nothing changed');
      expect((await host.proxyinit(asked, ['remove'])).code).toBe(0);
      expect(await host.rules(`iptables-${backend}-save`)).not.toContain('APPMESH');
    }
  });
});

describe('IPv6', () => {
  const path = place.script('ip6tables-nft-save', `echo "ip6tables-save v1.8.9: ${NO_TABLE}" >&2; exit 3`);
  const script = async (host: ReturnType<typeof place.host>) => {
    await host.run([
      'sh',
      '-c',
      `ln -sf ip6tables-nft-save ${path}/ip6tables-save; ln -sf /usr/sbin/ip6tables-nft-restore ${path}/ip6tables-restore`,
    ]);
    return pathWith(path);
  };

  test('a host without IPv6 needs no rules', async () => {
    const host = place.host();
    await host.run(['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
    expect(await host.proxyinit({ ...BOTH, PATH: await script(host) })).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/IPv4: rules are in force.*\nIPv6: this host has none/),
    });
  });

  test('a host without IPv6 addresses needs no rules although the kernel would accept them', async () => {
    const host = place.host();
    await host.run(['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
    expect(await host.proxyinit(BOTH)).toMatchObject({ code: 0, stderr: '' });
    expect((await host.proxyinit(BOTH, ['status'])).code).toBe(0);
    expect(await host.proxyinit(BOTH, ['remove'])).toMatchObject({ code: 0, stderr: '' });
    expect(await host.rules('ip6tables-save')).not.toContain('APPMESH');
  });

  test('no command calls ip6tables if the kernel has no IPv6', async () => {
    const host = place.host();
    const asked = place.script('ip6tables-nft-save', `touch "$0.asked"; echo "${NO_TABLE}" >&2; exit 3`);
    const names = ['ip6tables-save', 'ip6tables-restore', 'ip6tables-nft-restore', 'ip6tables-legacy-save'];
    for (const name of names) await host.run(['ln', '-s', 'ip6tables-nft-save', join(asked, name)]);
    // Such a kernel has no /proc/net/if_inet6.
    const hide = 'cp /proc/net/ip_tables_names "$0"; mount --bind "$0" /proc/$$/net && exec "$@"';
    const run = (command: string) => {
      const words = [
        'unshare',
        '--mount',
        'sh',
        '-c',
        hide,
        place.empty(),
        process.execPath,
        place.program,
        command,
      ];
      return host.run(words, { ...BOTH, PATH: pathWith(asked) });
    };
    const absent = expect.stringMatching(/^IPv6.*: this host has none, so no rules are needed$/m);
    expect(await run('apply')).toMatchObject({ code: 0, stderr: '', stdout: absent });
    expect(await run('apply')).toMatchObject({ code: 0, stderr: '', stdout: absent });
    expect(await run('status')).toMatchObject({ code: 0, stderr: '', stdout: absent });
    expect(await host.rules()).toContain('--dports 8080,8443');
    expect(await run('remove')).toMatchObject({ code: 0, stderr: '' });
    expect(await host.rules()).not.toContain('APPMESH');
    expect((await host.run(['ls', asked])).stdout).not.toContain('asked');
  });

  test('a host with IPv6 but without the module is an error, and nothing is changed', async () => {
    const host = place.host();
    const { code, stderr } = await host.proxyinit({ ...BOTH, PATH: await script(host) });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^ip6tables-\S*save cannot use the nat table \(.*\): the kernel needs the module .*; APPMESH_ENABLE_IPV6=0 .*\n$/,
      ),
    });
    expect(await host.rules()).not.toContain('APPMESH');
  });

  test('without IPv6 in the settings, a missing module is no error', async () => {
    const host = place.host();
    const env = { APPMESH_APP_PORTS: '80', PATH: await script(host) };
    expect(await host.proxyinit(env)).toMatchObject({ code: 0, stderr: '' });
  });
});

test('if the rules of the second family are rejected, those of the first are restored', async () => {
  const host = place.host();
  await host.run(['iptables-nft-restore'], {}, '*nat\n-A OUTPUT -p udp -j RETURN\nCOMMIT\n');
  await host.proxyinit({ APPMESH_APP_PORTS: '80' });
  const before = await host.rules();
  const path = place.script('ip6tables-restore', 'cat > /dev/null; echo "Bad rule" >&2; exit 2');
  await host.run(['ln', '-s', '/usr/sbin/ip6tables-nft-save', join(path, 'ip6tables-save')]);
  await host.run(['ln', '-s', 'ip6tables-restore', join(path, 'ip6tables-nft-restore')]);
  for (const guard of ['0', '1']) {
    const failed = await host.proxyinit({ ...BOTH, DAYBREAK_GUARD: guard, PATH: pathWith(path) });
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^ip6tables-restore refused the rules \(Bad rule\): the previous rules are in force \(RESTORE_FAILED\)\n$/,
      ),
    });
    expect(lines(await host.rules())).toEqual(lines(before));
    expect(await host.rules('iptables-save', 'filter')).not.toContain('APPMESH');
  }
});

describe('rules made by nft', () => {
  test.each([
    [
      'in a table of their own do not matter',
      'add table inet own; add chain inet own c; add rule inet own c tcp dport { 80, 443 } accept',
      0,
      /^$/,
    ],
    [
      'that iptables cannot read, in its table: nothing is written blindly',
      'add table ip nat; add chain ip nat c; add rule ip nat c meta mark set jhash ip saddr mod 2',
      1,
      /^iptables-save cannot use the nat table, because it contains rules made by nft \(nft list table ip nat\)/,
    ],
    [
      'a chain where ours begins, that iptables cannot use',
      'add table ip nat; add chain ip nat OUTPUT { type nat hook output priority 5; }',
      1,
      /^iptables-restore refused the rules \(.*\): the previous rules are in force \(RESTORE_FAILED\)\n$/,
    ],
  ])('%s', async (_, ruleset, code, message) => {
    const host = place.host();
    await host.run(['nft', ruleset]);
    const before = (await host.run(['nft', 'list', 'ruleset'])).stdout;
    expect(before).not.toBe('');
    const ended = await host.proxyinit(BOTH);
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(message) });
    const after = (await host.run(['nft', 'list', 'ruleset'])).stdout;
    expect(code === 0 ? after : after === before).toEqual(
      code === 0 ? expect.stringContaining(before.trim()) : true,
    );
  });
});

describe('an error names the missing part', () => {
  test('a kernel without the modules of either backend', async () => {
    const host = place.host();
    const path = place.script('iptables-nft-save', 'echo "${0##*/}: Protocol not supported" >&2; exit 3');
    await host.run(['ln', '-s', 'iptables-nft-save', join(path, 'iptables-legacy-save')]);
    await host.run(['ln', '-s', 'iptables-nft-save', join(path, 'iptables-save')]);
    for (const name of ['iptables-nft-restore', 'iptables-legacy-restore', 'iptables-restore']) {
      await host.run(['ln', '-s', '/bin/false', join(path, name)]);
    }
    expect(await host.proxyinit(BOTH, ['apply'])).toMatchObject({ code: 0 });
    await host.proxyinit({}, ['remove']);
    expect(await host.proxyinit({ ...BOTH, PATH: pathWith(path) })).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^iptables cannot use the nat table \(.*Protocol not supported.*\): the kernel needs the module iptable_nat or nft_chain_nat \(NAT_UNAVAILABLE\)\n$/,
      ),
    });
  });

  test('NET_ADMIN', async () => {
    const host = place.host();
    for (const backend of ['auto', 'nft', 'legacy']) {
      const command = ['setpriv', '--bounding-set=-net_admin', process.execPath, place.program, 'apply'];
      const { code, stderr } = await host.run(command, { ...BOTH, DAYBREAK_IPTABLES_BACKEND: backend });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('--cap-add NET_ADMIN') });
    }
  });

  test('root', async () => {
    const host = place.host();
    const command = ['setpriv', '--reuid=1000', '--clear-groups', process.execPath, place.program];
    await host.run(['chmod', '-R', 'a+rX', place.folder]);
    expect(await host.run(command, BOTH)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run as root'),
    });
  });

  const without = (folder: string) => [
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount --bind ${place.folder} ${folder} && exec "$@"`,
    'sh',
  ];

  test('iptables', async () => {
    const host = place.host();
    const { code, stderr } = await host.run([...without('/usr/sbin'), process.execPath, place.program], BOTH);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'iptables-save was not found: install iptables (PROGRAM_MISSING)\n',
    });
  });

  test('the requested backend', async () => {
    const host = place.host();
    const path = place.plain('nft');
    const command = [...without('/usr/sbin'), process.execPath, place.program];
    const { code, stderr } = await host.run(command, {
      ...BOTH,
      PATH: pathWith(path),
      DAYBREAK_IPTABLES_BACKEND: 'legacy',
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('iptables-save was not found: install iptables'),
    });
  });

  test('flock', async () => {
    const host = place.host();
    const { code, stderr } = await host.run([...without('/usr/bin'), process.execPath, place.program], BOTH);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'flock was not found: install util-linux (PROGRAM_MISSING)\n',
    });
  });
});
