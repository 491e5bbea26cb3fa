import { expect, onTestFinished, test } from 'vitest';
import { makeMachine, type Booted } from './proxyinit/machine.ts';
import { MESH_ON_MACHINE } from './proxyinit/mesh-on-machine.ts';

/** Writes the number of our rules to a file, once per run. */
const SEE = (when: string) =>
  `/bin/sh -c 'iptables-save -t nat | grep -c daybreak/ >> /var/seen/${when}; true'`;

/** Units around ours, each of which counts the rules at its own moment. */
const UNITS = {
  // Stopped after every unit that starts after it.
  'first.service': `[Unit]
DefaultDependencies=no
Before=daybreak-proxyinit.service
Conflicts=shutdown.target
Before=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${SEE('before')}
ExecStop=${SEE('after')}
[Install]
WantedBy=multi-user.target
`,
  // The position of a network manager.
  'network.service': `[Unit]
DefaultDependencies=no
After=network-pre.target
Before=network.target
Wants=network.target
[Service]
Type=oneshot
ExecStart=${SEE('network')}
[Install]
WantedBy=multi-user.target
`,
  'app.service': `[Unit]
Requires=daybreak-proxyinit.service
After=daybreak-proxyinit.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${SEE('app')}
[Install]
WantedBy=multi-user.target
`,
  // Like Debian's unit: a restart flushes all rules.
  'nftables.service': `[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'printf "*nat\\nCOMMIT\\n" | iptables-restore'
ExecStop=/bin/sh -c 'printf "*nat\\nCOMMIT\\n" | iptables-restore'
`,
};

/** With the settings below: six for outbound traffic, including the jump to them, and two for inbound. */
const RULES = '8';

test('a machine with systemd: the rules exist before the network and the app start, at every boot, and a stop removes them', {
  timeout: 900_000,
}, async () => {
  const machine = await makeMachine();
  onTestFinished(() => machine.remove());
  for (const [name, text] of Object.entries(UNITS)) await machine.write(`etc/systemd/system/${name}`, text);
  await machine.write('var/seen/.keep', '');
  const seen = async (when: string) => (await machine.read(`var/seen/${when}`)).trim().split('\n');

  const first = await machine.boot();
  const enabled = await first.run(`${MESH_ON_MACHINE}
    systemctl enable --now daybreak-proxyinit daybreak-agent
    systemctl enable first network app nftables`);
  expect(enabled).toMatchObject({ code: 0 });
  expect(await count(first)).toBe(RULES);
  await first.end('reboot');

  const second = await machine.boot();
  expect(await Promise.all(['before', 'network', 'app'].map(seen))).toEqual([['0'], [RULES], [RULES]]);
  await expect.poll(() => owners(second, 'daybreak-agent')).toContain('envoy 1337');

  // A restore of other rules flushes ours; proxyinit adds them again.
  await second.run('iptables -t nat -A OUTPUT -p udp -j RETURN; systemctl restart nftables');
  const { stdout } = await second.run('iptables-save -t nat');
  expect(stdout).not.toContain('-p udp');
  await expect.poll(() => count(second)).toBe(RULES);
  // The app, which must not run without the rules, was stopped meanwhile.
  await expect.poll(() => seen('app')).toEqual([RULES, RULES]);
  await expect.poll(async () => (await second.run('systemctl is-active daybreak-agent')).code).toBe(0);

  // A settings file for App Mesh's EC2 script may disable the rules; a start of the unit enables them anyway.
  const more = 'APPMESH_APP_PORTS=9000\\nAPPMESH_ENABLE_IPV6=1\\nAPPMESH_START_ENABLED=0\\n';
  await second.run(`printf '${more}' > /etc/daybreak/proxyinit.env`);
  expect((await second.run('systemctl reload daybreak-proxyinit')).code).toBe(0);
  for (const program of ['iptables', 'ip6tables']) {
    expect((await second.run(`${program}-save -t nat`)).stdout).toContain('--dports 9000');
  }

  expect((await second.run('systemctl stop daybreak-proxyinit')).code).toBe(0);
  for (const program of ['iptables', 'ip6tables']) {
    expect((await second.run(`${program}-save -t nat`)).stdout).not.toContain('APPMESH');
  }
  const refused = await second.run(
    'echo APPMESH_APP_PORTS=http > /etc/daybreak/proxyinit.env; systemctl start app || systemctl is-active app',
  );
  expect(refused.stdout).toBe('inactive');
  await expect
    .poll(async () => (await second.run('journalctl --unit daybreak-proxyinit')).stdout)
    .toContain('APPMESH_APP_PORTS="http"');
  const started = await second.run('echo > /etc/daybreak/proxyinit.env; systemctl start app');
  expect(started.code).toBe(0);
  expect(await count(second)).toBe('6');

  await second.end('poweroff');
  expect(await seen('after')).toEqual(['0']);
});

async function count({ run }: Booted): Promise<string> {
  return (await run('iptables-save -t nat | grep -c daybreak/')).stdout;
}

/** The processes of a unit, each with its user. */
async function owners({ run }: Booted, unit: string): Promise<readonly string[]> {
  const { stdout } =
    await run(`cd /sys/fs/cgroup/system.slice/${unit}.service && for id in $(cat cgroup.procs); do
    echo $(cat /proc/$id/comm) $(stat --format=%u /proc/$id); done`);
  return stdout.split('\n');
}
