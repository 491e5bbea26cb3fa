import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { isOnPath } from './operations/clients/on-path.ts';
import { makeBareMachine } from './proxyinit/machine.ts';
import { MESH_ON_MACHINE } from './proxyinit/mesh-on-machine.ts';

// images/ec2/user-data.sh, as cloud-init runs it at the first boot of an instance.

const IMAGES = join(import.meta.dirname, '../images');
const USER_DATA = join(IMAGES, 'ec2/user-data.sh');
const LIMIT = { timeout: 240_000 };

test('the user data of an instance is a script that sh can read', async () => {
  await execa('sh', ['-n', USER_DATA]);
  if (isOnPath('shellcheck')) await execa('shellcheck', [USER_DATA]);
});

test.skipIf(!isOnPath('dpkg-deb'))(
  'an instance installs the package at its first boot, has its rules at once, and is LIVE when the control plane comes',
  { timeout: 1_800_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-user-data-'));
    const machine = await makeBareMachine();
    onTestFinished(async () => {
      await machine.remove();
      rmSync(folder, { recursive: true });
    });
    const envoy = process.env['DAYBREAK_ENVOY'] ?? '';
    const flags = ['--deb', '--envoy', envoy, '--out', folder];
    const { stdout: file } = await execa(join(IMAGES, 'packages.sh'), flags);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    cpSync(file, machine.path('var/daybreak_0.1.0_amd64.deb'));
    const text = readFileSync(USER_DATA, 'utf8')
      .replace(/^PACKAGE=.*$/m, 'PACKAGE=file:///var/daybreak_0.1.0_amd64.deb')
      .replace(/^SHA256=.*$/m, `SHA256=${sha256}`)
      .replace('http://HOST:18000', 'http://127.0.0.1:18000');
    await machine.write('var/lib/cloud/part-001', text);
    await machine.write('var/lib/cloud/wrong', text.replace(sha256, sha256.replaceAll(/./g, '0')));

    const first = await machine.boot();
    // A package that is not the expected one is not installed.
    expect(await first.run('sh /var/lib/cloud/wrong; dpkg --status daybreak')).toMatchObject({ code: 1 });
    const { code, stderr } = await first.run('chmod +x /var/lib/cloud/part-001 && /var/lib/cloud/part-001');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const status = await first.run('set -a; . /etc/daybreak/proxyinit.env; daybreak proxyinit status');
    expect(status.stdout).toContain('the rules are in force');
    const isLive = async (run: typeof first.run): Promise<string> =>
      (await run('systemctl is-active daybreak-agent daybreak-proxyinit')).stdout;
    // It has queued the start.
    await expect.poll(() => isLive(first.run), LIMIT).toBe('activating\nactive');

    expect(await first.run(MESH_ON_MACHINE)).toMatchObject({ code: 0 });
    await expect.poll(() => isLive(first.run), LIMIT).toBe('active\nactive');
    await first.end('poweroff');
  },
);
