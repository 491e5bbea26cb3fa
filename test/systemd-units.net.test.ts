import { expect, onTestFinished, test } from 'vitest';
import { ENVOYS, envoyOf } from '../controlplane/translate/testing/real-envoy.ts';
import { makeMachine, type Booted } from './proxyinit/machine.ts';
import { MESH_ON_MACHINE } from './proxyinit/mesh-on-machine.ts';

const LIMIT = { timeout: 60_000 };

/** Returns a property of a unit. */
async function property({ run }: Booted, unit: string, name: string): Promise<string> {
  return (await run(`systemctl show --property ${name} --value ${unit}`)).stdout.trim();
}

test.each(
  ENVOYS,
)('under systemd, hardened as the units say: a start ends at LIVE, a gateway takes 443, a reboot brings all back (%s)', async (variable) => {
  const machine = await makeMachine(envoyOf(variable));
  onTestFinished(() => machine.remove());
  const first = await machine.boot();

  // A start of each unit returns once it is ready.
  const started = await first.run(`${MESH_ON_MACHINE}
      curl --silent --show-error --fail http://127.0.0.1:8080/readyz
      systemctl enable --now daybreak-proxyinit daybreak-agent || { journalctl --no-pager --unit daybreak-agent --output cat | head -30 >&2; exit 1; }
      curl --silent http://127.0.0.1:9901/server_info | grep --quiet '"state": "LIVE"'`);
  expect(started).toMatchObject({ code: 0 });
  expect(await property(first, 'daybreak-agent', 'StatusText')).toBe('Envoy is LIVE');
  expect(await property(first, 'daybreak-controlplane', 'StatusText')).toContain('127.0.0.1:18000');
  const journal = await first.run(
    'journalctl --unit daybreak-agent --unit daybreak-controlplane --output cat',
  );
  expect(journal.stdout).toContain('"msg":"Envoy is LIVE"');
  expect(journal.stdout).not.toMatch(/EPERM|EACCES|EROFS|Operation not permitted/);
  await expect.poll(async () => (await first.run('ls /var/lib/daybreak-agent')).stdout, LIMIT).not.toBe('');
  await first.end('reboot');

  // A boot waits for the mesh, and serves the configuration on disk.
  const second = await machine.boot();
  expect((await second.run('systemctl is-active daybreak-agent daybreak-controlplane')).stdout).toBe(
    'active\nactive',
  );

  // A virtual gateway on a port that only CAP_NET_BIND_SERVICE may open.
  const gateway =
    await second.run(`sed -i s:virtualNode/serviceB:virtualGateway/front: /etc/daybreak/agent.env
      systemctl restart daybreak-agent && curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:443/`);
  expect(gateway).toMatchObject({ code: 0, stdout: '404' });

  // The next start of an Envoy that cannot be executed would not help: the unit stays down.
  await second.run(
    'echo DAYBREAK_ENVOY=/nonexistent >> /etc/daybreak/agent.env; systemctl restart --no-block daybreak-agent',
  );
  await expect.poll(() => property(second, 'daybreak-agent', 'ActiveState'), LIMIT).toBe('failed');
  expect(await property(second, 'daybreak-agent', 'ExecMainStatus')).toBe('126');
  await second.end('poweroff');
});
