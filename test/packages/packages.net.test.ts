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
    install: 'dpkg --force-depends --install /var/packages/*-1_*.deb 2>&1',
    upgrade: 'dpkg --force-depends --install /var/packages/*-2_*.deb 2>&1',
    remove: 'dpkg --remove daybreak 2>&1',
    purge: 'dpkg --purge daybreak 2>&1',
    kept: '/etc/daybreak/agent.env',
  },
  {
    kind: '.rpm',
    install: 'rpm --upgrade --nodeps /var/packages/*-1.*.rpm 2>&1',
    upgrade: 'rpm --upgrade --nodeps /var/packages/*-2.*.rpm 2>&1',
    remove: 'rpm --erase --nodeps daybreak 2>&1',
    kept: '/etc/daybreak/agent.env.rpmsave',
  },
] as const;

const RULES = 'iptables-save -t nat | grep -c daybreak/ || true';
const USERS = "grep -c '^daybreak' /etc/passwd || true";
/** All files that a package could leave in /etc and /var, not those that systemd, dpkg, rpm and useradd keep for themselves, and all in /usr that are new. */
const FILES = `find /etc /var -path /var/packages -prune -o -path /var/lib/dpkg -prune -o -path /var/lib/rpm -prune -o -path /var/lib/systemd -prune \\
  -o -path /var/log/journal -prune -o -path '/var/tmp/*' -prune -o -name '*-' -prune -o -type f -print -o -type l -print | sort; find /.above/upper -type f`;

describe.skipIf(why !== '')(`packages${why}`, () => {
  let folder: string;
  const packages: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybreak-packages-'));
    const [line = ''] = commandsOf('docs/migrate.md', 'images/packages.sh');
    const newest = process.env['DAYBREAK_ENVOY'] ?? '';
    const oldest = process.env['DAYBREAK_ENVOY_OLDEST'] ?? newest;
    // An upgrade of Envoy, too.
    for (const [index, envoy] of [oldest, newest].entries()) {
      const text = line.replace(/\.daybreak\/envoy\S*/, `"${envoy}"`);
      const command = `${text} --release ${index + 1} --out "${folder}"`;
      const { stdout } = await execa('sh', ['-c', command], { cwd: ROOT });
      packages.push(...stdout.split('\n'));
    }
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(KINDS)('$kind', ({ kind, install, upgrade, remove, kept, ...more }) => {
    let scene: PackageScene;
    let before: string;
    beforeAll(async () => {
      scene = await openPackageScene(packages.filter((each) => each.endsWith(kind)));
    }, 300_000);
    afterAll(() => scene?.close(), 240_000);

    test('an installation starts nothing; the units then lead the requests through Envoy', {
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

    const agent = () => scene.run('systemctl show --property MainPID --value daybreak-agent');
    /** Waits until another agent than `old` runs, and its Envoy, of this epoch, is the only one. */
    const takesOver = async (old: string, epoch: number) => {
      await expect.poll(agent, { timeout: 120_000 }).not.toMatch(new RegExp(`^(0|${old})$`));
      await expect
        .poll(() => scene.run('curl --silent http://127.0.0.1:9901/server_info || true'), {
          timeout: 120_000,
        })
        .toContain(`"restart_epoch": ${epoch}`);
      await expect.poll(() => scene.run('pgrep --count --exact envoy'), { timeout: 120_000 }).toBe('1');
      await scene.settles('Envoy');
    };

    test('an upgrade of the agent and of Envoy, and an agent that is killed with -9: the next agent takes Envoy over, and no request fails', {
      timeout: 600_000,
    }, async () => {
      await scene.settles('Envoy');
      const watches = scene.load();
      for (const each of watches) each.cut();
      const first = await agent();
      await scene.run(`echo '# own' >> /etc/daybreak/agent.env; ${upgrade}`);
      await takesOver(first, 1);
      expect(await scene.run('tail -n 1 /etc/daybreak/agent.env')).toBe('# own');
      const second = await agent();
      await scene.run(`kill -9 ${second}`);
      await takesOver(second, 2);
      for (const each of watches) expect(each.cut()).toEqual([['Envoy', expect.any(Number)]]);
      const journal = await scene.run('journalctl --unit daybreak-agent --output cat');
      expect(journal.match(/took over the Envoy of the previous agent/g)).toHaveLength(2);
      expect(journal).not.toMatch(/NO_TAKE_OVER|HOT_RESTART_VERSION|Envoy ended/);
    });

    test('a removal under traffic: no request fails, and no rule is left', { timeout: 600_000 }, async () => {
      await scene.settles('Envoy');
      const watches = scene.load();
      for (const each of watches) await expect.poll(() => each.peek().at(-1)?.[0]).toBe('Envoy');
      for (const each of watches) each.cut();
      await scene.run(remove);
      await scene.settles('application');
      for (const each of watches) await expect.poll(() => each.peek().at(-1)?.[0]).toBe('application');
      for (const each of watches) expect(each.cut().map(([way]) => way)).toEqual(['Envoy', 'application']);
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
