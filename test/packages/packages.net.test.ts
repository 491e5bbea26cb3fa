import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOf } from '../docker/testing/blocks.ts';
import { isOnPath } from '../operations/clients/on-path.ts';
import { openPackageScene, type PackageScene } from './testing/package-scene.ts';
import { installInRpmRoot } from './testing/rpm-root.ts';

// The .deb and the .rpm on a machine with systemd whose application gets requests meanwhile.

const ROOT = join(import.meta.dirname, '../..');
const missing = ['dpkg', 'rpm', 'rpmbuild', 'systemd-sysusers'].filter((program) => !isOnPath(program));
const why = missing.length === 0 ? '' : ` are left out: there is no ${missing.join(', ')} on the PATH`;
if (why !== '') process.stderr.write(`packages${why}\n`);

/** The commands of each kind of package. */
const KINDS = [
  {
    kind: '.deb',
    install: 'dpkg --force-depends --install /var/packages/*.deb 2>&1',
    remove: 'dpkg --remove daybreak 2>&1',
    purge: 'dpkg --purge daybreak 2>&1',
    kept: '/etc/daybreak/agent.env',
  },
  {
    kind: '.rpm',
    install: 'rpm --upgrade --nodeps --replacepkgs /var/packages/*.rpm 2>&1',
    remove: 'rpm --erase --nodeps daybreak 2>&1',
    kept: '/etc/daybreak/agent.env.rpmsave',
  },
] as const;

const RULES = 'iptables-save -t nat | grep -c daybreak/ || true';
const USERS = "grep -c '^daybreak' /etc/passwd || true";
/** All files that a package could leave in /etc and /var, not those that systemd, dpkg, rpm and useradd keep for themselves, and all in /usr that are new. */
const FILES = `find /etc /var -path /var/packages -prune -o -path /var/lib/dpkg -prune -o -path /var/lib/rpm -prune -o -path /var/lib/systemd -prune \\
  -o -path /var/log/journal -prune -o -path '/var/tmp/*' -prune -o -name '*-' -prune -o -type f -print -o -type l -print | sort; find /.above/upper -type f`;

/** The ways in order; those without an answer, whatever the error, count as one. */
function inOrder(ways: readonly (readonly [way: string, requests: number])[]): readonly string[] {
  const named = ways.map(([way]) => (/^ECONN(?:REFUSED|RESET)$/.test(way) ? 'none' : way));
  return named.filter((way, index) => way !== named[index - 1]);
}

describe.skipIf(why !== '')(`packages${why}`, () => {
  let folder: string;
  let packages: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybreak-packages-'));
    const [line = ''] = commandsOf('docs/migrate.md', 'images/packages.sh');
    const envoy = process.env['DAYBREAK_ENVOY'] ?? '';
    const text = line.replace(/\.daybreak\/envoy\S*/, `"${envoy}"`);
    const { stdout } = await execa('sh', ['-c', `${text} --out "${folder}"`], { cwd: ROOT });
    packages = stdout.split('\n');
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(KINDS)('$kind', ({ kind, install, remove, kept, ...more }) => {
    let scene: PackageScene;
    let before: string;
    beforeAll(async () => {
      scene = await openPackageScene(packages.filter((each) => each.endsWith(kind)));
    }, 300_000);
    afterAll(() => scene?.close(), 240_000);

    test('an installation starts no unit; once started, the units route the requests through Envoy', {
      timeout: 600_000,
    }, async () => {
      before = await scene.run(FILES);
      await scene.settles('application');
      await scene.run(install);
      expect(await scene.run(USERS)).toBe('2');
      expect(await scene.run('systemctl is-active daybreak-agent daybreak-proxyinit || true')).toBe(
        'inactive\ninactive',
      );
      expect(scene.path.cut()).toEqual([['application', expect.any(Number)]]);
      await scene.run(scene.configure);
      await scene.settles('Envoy');
    });

    test('during an upgrade, no request bypasses Envoy, and requests fail only between the end of one Envoy and the start of the next', {
      timeout: 600_000,
    }, async () => {
      const agent = () => scene.run('systemctl show --property MainPID --value daybreak-agent');
      const old = await agent();
      await scene.settles('Envoy');
      scene.path.cut();
      await scene.run(`echo '# own' >> /etc/daybreak/agent.env; ${install}`);
      await expect.poll(agent, { timeout: 120_000 }).not.toMatch(new RegExp(`^(0|${old})$`));
      await scene.run('systemctl start daybreak-agent');
      await scene.settles('Envoy');
      expect(inOrder(scene.path.cut())).toEqual(['Envoy', 'none', 'Envoy']);
      expect(await scene.run('tail -n 1 /etc/daybreak/agent.env')).toBe('# own');
    });

    test('a removal under traffic fails no request and leaves no rule', { timeout: 600_000 }, async () => {
      await scene.settles('Envoy');
      for (const path of [scene.path, scene.openPath]) path.cut();
      await scene.run(remove);
      await scene.settles('application');
      for (const path of [scene.path, scene.openPath])
        expect(path.cut().map(([way]) => way)).toEqual(['Envoy', 'application']);
      expect(await scene.run(RULES)).toBe('0');
      expect(await scene.run(`tail -n 1 ${kept}`)).toBe('# own');
      expect(await scene.run('ls /usr/bin/daybreak /usr/lib/daybreak 2>/dev/null || true')).toBe('');
    });

    test.runIf('purge' in more)('a purge leaves no file and no user', async () => {
      await scene.run('purge' in more ? more.purge : 'false');
      expect(await scene.run(USERS)).toBe('0');
      expect((await scene.run(FILES)).split('\n')).toEqual(before.split('\n'));
      expect(await scene.run(`systemctl list-units --all --plain --no-legend 'daybreak*'`)).toBe('');
    });
  });

  test('rpm installs the .rpm in a root that rpm itself has made, and verifies and removes it there', {
    timeout: 600_000,
  }, async () => {
    const root = await installInRpmRoot(
      join(folder, 'root'),
      packages.find((each) => each.endsWith('.rpm')) ?? '',
    );
    expect(await root.run('daybreak --version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await root.run('envoy --version')).toContain('/RELEASE/');
    expect(await root.run('getent passwd daybreak daybreak-controlplane | cut -d: -f1')).toBe(
      'daybreak\ndaybreak-controlplane',
    );
    expect(await root.run('stat --format=%G:%a /etc/daybreak/agent.env')).toBe('daybreak:640');
    expect(await root.rpm('--verify', 'daybreak')).toBe('');
    await root.rpm('--erase', 'daybreak');
    expect(await root.run('ls /usr/lib/daybreak /etc/daybreak 2>/dev/null || true')).toBe('');
  });
});
