import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usePlace } from './testdata/place.ts';

const place = usePlace();
const unit = readFileSync(join(import.meta.dirname, '../images/systemd/daybreak-proxyinit.service'), 'utf8');

/** The values of a setting of the unit, in their order. */
const all = (name: string) =>
  Array.from(unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm')), ([, value]) => value ?? '');

test('the unit: rules from start to stop, by its own commands, with the capabilities that it leaves them', async () => {
  const host = place.host();
  const capabilities = all('CapabilityBoundingSet').flatMap((list) => list.toLowerCase().split(' '));
  const allowed = ['-all', ...capabilities.map((name) => `+${name.replace('cap_', '')}`)].join();
  const run = async (name: string) => {
    const [line = ''] = all(name);
    const [, , ...args] = line.split(' ');
    expect(line).toMatch(/^\/usr\/bin\/daybreak proxyinit /);
    const command = [
      'setpriv',
      `--bounding-set=${allowed}`,
      '--no-new-privs',
      process.execPath,
      place.program,
      ...args,
    ];
    return host.run(command, {
      PATH: '/usr/bin:/bin',
      APPMESH_APP_PORTS: '8000',
      APPMESH_START_ENABLED: '0',
      APPMESH_ENABLE_IPV6: '1',
    });
  };
  expect(await run('ExecStart')).toMatchObject({ code: 0, stderr: '' });
  const rules = await host.rules();
  expect(rules).toContain('--dports 8000');
  expect(await run('ExecReload')).toMatchObject({ code: 0, stderr: '' });
  expect(await host.rules()).toBe(rules);
  expect(await run('ExecStop')).toMatchObject({ code: 0, stderr: '' });
  expect(await host.rules()).not.toContain('APPMESH');
});

test('the unit: before the network, and at every start of the machine', () => {
  expect(all('Before').join(' ').split(' ')).toContain('network-pre.target');
  expect(all('RemainAfterExit')).toEqual(['yes']);
  expect(all('WantedBy')).toEqual(['multi-user.target']);
});
