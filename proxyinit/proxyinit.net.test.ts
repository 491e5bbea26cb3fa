import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { joinHosts, makeHost, type Host } from './testdata/host.ts';

const BOTH = { APPMESH_APP_PORTS: '8080,8443', APPMESH_ENABLE_IPV6: '1' };

const FOREIGN = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
COMMIT
`;

let host: Host;
let count = 0;

beforeEach(() => {
  host = makeHost(`dbpi-${process.pid}-${(count += 1)}`);
});

afterEach(() => host.remove());

describe('running it again', () => {
  test.each([
    'iptables-save',
    'ip6tables-save',
  ] as const)('three runs leave what one left: %s', async (save) => {
    const first = await host.proxyinit(BOTH);
    expect(first).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/in force:.*\n.*in force:/),
    });
    const rules = await host.rules(save);
    expect(rules).toContain('-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL');
    for (const _ of [2, 3]) {
      expect(await host.proxyinit(BOTH)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/IPv4: .*nothing changed.*\nIPv6: .*nothing changed/),
      });
      expect(await host.rules(save)).toBe(rules);
    }
  });

  test('other settings replace the rules, and those before come back the same', async () => {
    await host.proxyinit(BOTH);
    const before = await host.rules();
    await host.proxyinit({ APPMESH_IGNORE_UID: '1001' });
    const other = await host.rules();
    expect(other).toContain('--uid-owner 1001');
    expect(other).not.toContain('APPMESH_INGRESS');
    await host.proxyinit(BOTH);
    expect(lines(await host.rules())).toEqual(lines(before));
  });

  test('eight at once leave one set of rules', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => host.proxyinit(BOTH)));
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      runs.map(() => ({ code: 0, stderr: '' })),
    );
    expect(runs.filter(({ stdout }) => !stdout.includes('nothing changed'))).toHaveLength(1);
    for (const save of ['iptables-save', 'ip6tables-save'] as const) {
      expect((await host.rules(save)).match(/-j APPMESH_\w+/g)).toEqual([
        '-j APPMESH_INGRESS',
        '-j APPMESH_EGRESS',
      ]);
    }
  });

  test('rules that the route manager of App Mesh left are replaced', async () => {
    await host.run(
      ['iptables-restore'],
      {},
      `*nat
:APPMESH_EGRESS - [0:0]
:APPMESH_INGRESS - [0:0]
-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS
-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS
-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS
-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001
COMMIT
`,
    );
    expect(await host.proxyinit(BOTH)).toMatchObject({ code: 0 });
    const replaced = await host.rules();
    const fresh = makeHost(`${host.name}b`);
    try {
      await fresh.proxyinit(BOTH);
      expect(lines(replaced)).toEqual(lines(await fresh.rules()));
    } finally {
      fresh.remove();
    }
  });

  test('the legacy backend is treated alike', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dbpi-'));
    try {
      for (const name of ['iptables', 'ip6tables']) {
        for (const what of ['save', 'restore']) {
          symlinkSync(`/usr/sbin/${name}-legacy-${what}`, join(folder, `${name}-${what}`));
        }
      }
      const env = { ...BOTH, PATH: `${folder}:${process.env['PATH']}` };
      expect((await host.proxyinit(env)).stdout).toMatch(/^IPv4: rules are in force/);
      expect((await host.proxyinit(env)).stdout).toMatch(/^IPv4: .*nothing changed/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('rules of others stay byte for byte', async () => {
  await host.run(['iptables-restore'], {}, FOREIGN);
  const before = lines(await host.rules());
  for (const env of [BOTH, { APPMESH_APP_PORTS: '9090' }, {}])
    expect((await host.proxyinit(env)).code).toBe(0);
  const after = lines(await host.rules());
  expect(after.filter((line) => !line.includes('APPMESH_'))).toEqual(before);
});

describe('a failure leaves nothing behind', () => {
  test('bad settings', async () => {
    const before = await host.rules();
    const { code, stdout, stderr } = await host.proxyinit({
      ...BOTH,
      APPMESH_IGNORE_UID: 'x',
      APPMESH_APP_PORTS: '0',
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/APPMESH_IGNORE_UID="x".*\nAPPMESH_APP_PORTS="0"/);
    expect(await host.rules()).toBe(before);
  });

  test('no ip6tables, and IPv6 asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dbpi-'));
    try {
      // What iptables 1.8 says on a kernel without the module.
      const script = `#!/bin/sh\necho "ip6tables-save v1.8.9 (legacy): Cannot initialize: Address family not supported by protocol" >&2\nexit 1\n`;
      writeFileSync(join(folder, 'ip6tables-save'), script, { mode: 0o755 });
      const { code, stderr } = await host.proxyinit({ ...BOTH, PATH: `${folder}:${process.env['PATH']}` });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /^ip6tables-save cannot use the nat table \(.*\); APPMESH_ENABLE_IPV6=0 .*\n$/,
        ),
      });
      expect(await host.rules()).not.toContain('APPMESH');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('no NET_ADMIN', async () => {
    const command = [
      'setpriv',
      '--bounding-set=-net_admin',
      process.execPath,
      join(import.meta.dirname, 'testdata/run.ts'),
    ];
    const { code, stderr } = await host.run(command, BOTH);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('--cap-add NET_ADMIN') });
  });

  test('no iptables', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dbpi-'));
    try {
      const command = [
        'unshare',
        '--mount',
        'sh',
        '-c',
        `mount --bind ${folder} /usr/sbin && exec "$@"`,
        'sh',
      ];
      const { code, stderr } = await host.run(
        [...command, process.execPath, join(import.meta.dirname, 'testdata/run.ts')],
        BOTH,
      );
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'iptables-save was not found: install iptables\n',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('where connections go', () => {
  let app: Host;
  let peer: Host;

  beforeAll(async () => {
    app = makeHost(`dbpi-${process.pid}-app`);
    peer = makeHost(`dbpi-${process.pid}-peer`);
    joinHosts(app, peer);
    for (const address of ['169.254.169.254', '169.254.170.2', '192.0.2.9']) {
      execFileSync('ip', ['-n', peer.name, 'address', 'add', `${address}/32`, 'dev', 'lo']);
    }
    await app.serve([8080, 8081, 15_000, 15_001]);
    await peer.serve([22, 80, 3306, 9000]);
    const { code, stderr } = await app.proxyinit({
      APPMESH_APP_PORTS: '8080',
      APPMESH_ENABLE_IPV6: '1',
      APPMESH_EGRESS_IGNORED_PORTS: '3306',
      APPMESH_EGRESS_IGNORED_IP: '192.0.2.0/24',
    });
    if (code !== 0) throw new Error(stderr);
  });

  afterAll(() => {
    app.remove();
    peer.remove();
  });

  test.each([
    ['the app to a remote port', '10.77.0.2', 9000, 1000, '15001'],
    ['the app to a remote port over IPv6', 'fd77::2', 9000, 1000, '15001'],
    ['root to a remote port', '10.77.0.2', 9000, 0, '15001'],
    ['Envoy to a remote port', '10.77.0.2', 9000, 1337, '9000'],
    ['Envoy to a remote port over IPv6', 'fd77::2', 9000, 1337, '9000'],
    ['port 22', '10.77.0.2', 22, 1000, '22'],
    ['an ignored port', '10.77.0.2', 3306, 1000, '3306'],
    ['an ignored address', '192.0.2.9', 9000, 1000, '9000'],
    ['instance metadata', '169.254.169.254', 80, 1000, '80'],
    ['task credentials', '169.254.170.2', 80, 1000, '80'],
    ['the app to itself', '127.0.0.1', 8080, 1000, '8080'],
    ['the app to its own address', '10.77.0.1', 8081, 1000, '8081'],
  ])('out: %s', async (_, address, port, uid, answer) => {
    expect(await app.dial(address, port, uid)).toBe(answer);
  });

  test.each([
    ['an app port', '10.77.0.1', 8080, '15000'],
    ['an app port over IPv6', 'fd77::1', 8080, '15000'],
    ['a port that is not an app port', '10.77.0.1', 8081, '8081'],
  ])('in: %s', async (_, address, port, answer) => {
    expect(await peer.dial(address, port)).toBe(answer);
  });
});

/** The order in which iptables lists chains depends on when they were made; that of rules in a chain is what counts. */
function lines(rules: string): readonly string[] {
  return rules.split('\n').toSorted();
}
