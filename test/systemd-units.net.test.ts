import { expect, onTestFinished, test } from 'vitest';
import { ENVOYS, envoyOf } from '../controlplane/translate/testing/real-envoy.ts';
import { makeMachine, type Booted } from './proxyinit/machine.ts';
import { page } from './docs/pages.ts';
import { ACCESS_LOG_ON_MACHINE, GATEWAY_ON_MACHINE, MESH_ON_MACHINE } from './proxyinit/mesh-on-machine.ts';
import { REQUESTS_PROGRAM, readRequests } from './proxyinit/requests-on-machine.ts';
import { formOf, sampleLines, type CapturedLine } from './telemetry/testing/captured.ts';

const LIMIT = { timeout: 180_000 };

/** Returns whether the agent's journal has an entry with these fields, whose message has the same form. */
async function journalHas({ run }: Booted, sample: CapturedLine): Promise<boolean> {
  const { stdout } = await run('journalctl --unit daybreak-agent --boot --output json');
  const entries = stdout.split('\n').map((line) => JSON.parse(line) as CapturedLine);
  const { MESSAGE: message, ...fields } = sample;
  return entries.some(
    (entry) =>
      Object.entries(fields).every(([name, value]) => entry[name] === value) &&
      formOf(entry['MESSAGE']) === formOf(message),
  );
}

/** Returns a property of a unit. */
async function property({ run }: Booted, unit: string, name: string): Promise<string> {
  return (await run(`systemctl show --property ${name} --value ${unit}`)).stdout.trim();
}

test.each(
  ENVOYS,
)('under systemd, hardened as the units say: a start ends at LIVE, a gateway takes 443, a reboot brings all back (%s)', {
  timeout: 900_000,
}, async (variable) => {
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
  const gateway = await second.run(`set -e ${ACCESS_LOG_ON_MACHINE}
      sed -i s:virtualNode/serviceB:virtualGateway/front: /etc/daybreak/agent.env
      systemctl restart daybreak-agent && curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:443/`);
  expect(gateway).toMatchObject({ code: 0, stdout: expect.stringMatching(/404$/) as unknown });
  // The sample in docs/telemetry.md: a line of the agent, one of Envoy's log, and one of the access log.
  for (const sample of sampleLines(page('docs/telemetry.md'), 'journald'))
    await expect.poll(() => journalHas(second, sample), LIMIT).toBe(true);

  // The next start of an Envoy that cannot be executed would not help: the unit stays down.
  await second.run(
    'echo DAYBREAK_ENVOY=/nonexistent >> /etc/daybreak/agent.env; systemctl restart --no-block daybreak-agent',
  );
  await expect.poll(() => property(second, 'daybreak-agent', 'ActiveState'), LIMIT).toBe('failed');
  expect(await property(second, 'daybreak-agent', 'ExecMainStatus')).toBe('126');
  await second.end('poweroff');
});

test.each(
  ENVOYS,
)('under systemd, `systemctl reload` takes a changed file of variables over by a hot restart, and no request fails (%s)', {
  timeout: 600_000,
}, async (variable) => {
  const machine = await makeMachine(envoyOf(variable));
  onTestFinished(() => machine.remove());
  await machine.write('var/requests.mjs', REQUESTS_PROGRAM);
  const booted = await machine.boot();
  const started = await booted.run(`${MESH_ON_MACHINE}${GATEWAY_ON_MACHINE}
      systemctl start daybreak-agent || { journalctl --no-pager --unit daybreak-agent --output cat | head -30 >&2; exit 1; }`);
  expect(started).toMatchObject({ code: 0 });
  const requests = async () => readRequests(await machine.read('var/requests.json'));
  const furtherRequests = async (): Promise<void> => {
    const before = (await requests()).answered;
    await expect.poll(async () => (await requests()).answered, LIMIT).toBeGreaterThan(before + 50);
  };
  await expect
    .poll(async () => (await booted.run('curl --silent http://127.0.0.1:443/')).stdout, LIMIT)
    .toBe('hello');
  await booted.run('systemd-run --unit requests /usr/lib/daybreak/node /var/requests.mjs');
  await expect.poll(async () => (await requests()).answered, LIMIT).toBeGreaterThan(50);
  const agent = await property(booted, 'daybreak-agent', 'MainPID');

  const reload = 'systemctl reload --no-block daybreak-agent';
  await booted.run(`sed -i s/ENVOY_CONCURRENCY=1/ENVOY_CONCURRENCY=2/ /etc/daybreak/agent.env && ${reload}`);
  const ofEnvoy = async (): Promise<unknown> => {
    const { stdout } = await booted.run('curl --silent http://127.0.0.1:9901/server_info');
    const { state, command_line_options } = JSON.parse(stdout) as ServerInfo;
    const { restart_epoch, concurrency } = command_line_options;
    return { state, restart_epoch, concurrency };
  };
  await expect
    .poll(() => ofEnvoy().catch(String), LIMIT)
    .toEqual({ state: 'LIVE', restart_epoch: 1, concurrency: 2 });
  await furtherRequests();
  // The old Envoy ends after its drain, and a request that it still had would fail then.
  await expect
    .poll(async () => (await booted.run('pgrep --count --exact envoy')).stdout.trim(), LIMIT)
    .toBe('1');
  await furtherRequests();
  expect(await requests()).toMatchObject({ failures: [] });
  expect(await property(booted, 'daybreak-agent', 'ActiveState')).toBe('active');
  expect(await property(booted, 'daybreak-agent', 'MainPID')).toBe(agent);
  expect(await property(booted, 'daybreak-agent', 'NRestarts')).toBe('0');

  // A file that the agent cannot read as variables: the unit reports the failed reload, and goes on as it was.
  await booted.run(`echo nonsense >> /etc/daybreak/agent.env; ${reload}`);
  await expect
    .poll(async () => (await booted.run('journalctl --unit daybreak-agent --output cat')).stdout, LIMIT)
    .toMatch(/Reload failed|control process exited/);
  await furtherRequests();
  expect(await requests()).toMatchObject({ failures: [] });
  expect(await property(booted, 'daybreak-agent', 'ActiveState')).toBe('active');
  expect(await property(booted, 'daybreak-agent', 'MainPID')).toBe(agent);
  await booted.end('poweroff');
});

type ServerInfo = {
  readonly state: string;
  readonly command_line_options: { readonly restart_epoch?: number; readonly concurrency: number };
};
