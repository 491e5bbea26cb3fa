// Asks App Mesh's own agent and this one the same management calls, in front of one real Envoy, and compares each answer. Takes five minutes. Needs
// root, DAYBREAK_ENVOY, and the binary of App Mesh's agent: `go build` in the folder `agent` of github.com/aws/amazon-ecs-service-connect-agent.
// `DAYBREAK_ENVOY=… node test/long/management.ts AGENT`. It prints each call whose answers differ; the exit code is 1 if a difference is not a known one.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { createAdminClient } from '../../agent/admin/admin-client.ts';
import { createManagement } from '../../agent/management/management.ts';
import { serveAgent } from '../../agent/management/serve-agent.ts';
import { createLog } from '../../common/log.ts';
import type { Status } from '../../agent/status/status.ts';
import { request, type Answer } from '../lab/clients/http.ts';
import { until } from '../lab/until.ts';
import { envoyBootstrap } from './management/envoy-bootstrap.ts';

/** The path of Envoy's admin socket in App Mesh's agent. The script has a /tmp of its own. */
const ADMIN_SOCKET = '/tmp/envoy_admin.sock';
const [THEIRS, OURS, LISTENER] = [29_901, 29_902, 29_903];
const SNAPSHOT_MS = 60_000;

type Call = {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  /** Why the answers differ on purpose. */
  readonly departure?: string;
};

const get = (path: string, departure?: string): Call => call('GET', path, departure);
const post = (path: string, departure?: string): Call => call('POST', path, departure);
function call(method: string, path: string, departure?: string): Call {
  return { method, path, ...(departure === undefined ? {} : { departure }) };
}

/** In this order: a level that is not permanent answers further changes with 304. */
const CALLS: readonly Call[] = [
  get('/enableLogging?level=debug'),
  post('/enableLogging'),
  post('/enableLogging?level='),
  post('/enableLogging?level=debug&other=1'),
  post('/enableLogging?level=debug&permanent='),
  { ...post('/enableLogging?level=debug'), body: 'x' },
  post('/enableLogging?level=%zz'),
  post('/enableLogging?level=verbose'),
  post(
    '/enableLogging?level=loud',
    'a level that does not exist: Envoy refused it, and App Mesh answered 500',
  ),
  post(
    '/enableLogging?level=warning&permanent=true',
    'App Mesh refused all levels of more than five letters',
  ),
  post('/enableLogging?level=info&permanent=true', 'the level before is another one'),
  post('/enableLogging?level=info'),
  post('/enableLogging?level=debug&permanent=true'),
  post('/enableLogging?level=info&permanent=true'),
  post('/enableLogging?level=debug&permanent=false'),
  post('/enableLogging?level=trace'),
  post('/enableLogging?nonsense'),
  get('/drain_listeners?inboundonly'),
  post('/drain_listeners'),
  post('/drain_listeners?graceful', "App Mesh listed the parameters in the form of a map of Go's"),
  post('/drain_listeners?inboundonly&graceful'),
  post('/drain_listeners?inboundonly;graceful'),
  { ...post('/drain_listeners?inboundonly'), body: 'x' },
  post('/stats/prometheus'),
  get('/stats/prometheus?format=json'),
  get('/stats/prometheus?filter=other'),
  get('/stats/prometheus?filter'),
  get('/stats/prometheus?delta'),
  get('/stats/prometheus?delta&usedonly'),
  get('/stats/prometheus?filter=metrics_extension'),
  get('/stats/prometheus?filter=metrics_extension&usedonly'),
  get('/stats/prometheus?filter=metrics_extension&usedonly&delta'),
  get('/nothing'),
];

await (process.argv.includes('--inside') ? compare() : startInside());

/** Starts this script again, with its own network, mounts and processes, which end with it. */
async function startInside(): Promise<void> {
  const [, script = '', agent = ''] = process.argv;
  const folder = mkdtempSync('/var/tmp/daybreak-management-');
  try {
    copyFileSync(agent, join(folder, 'agent'));
    for (const name of ['up', 'work']) mkdirSync(join(folder, name));
    symlinkSync(process.env['DAYBREAK_ENVOY'] ?? '', join(folder, 'up', 'envoy'));
    const command = [
      '--mount',
      '--net',
      '--pid',
      '--mount-proc',
      '--fork',
      '--kill-child',
      process.execPath,
      script,
      folder,
      '--inside',
    ];
    const { exitCode } = await execa('unshare', command, { stdio: 'inherit', reject: false });
    process.exitCode = exitCode ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(): Promise<void> {
  const folder = process.argv[2] ?? '';
  execaSync('ip', ['link', 'set', 'lo', 'up']);
  execaSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', '/tmp']);
  // App Mesh's agent starts /usr/bin/envoy.
  const layers = `lowerdir=/usr/bin,upperdir=${join(folder, 'up')},workdir=${join(folder, 'work')}`;
  execaSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, '/usr/bin']);
  const bootstrap = '/tmp/bootstrap.json';
  writeFileSync(bootstrap, JSON.stringify(envoyBootstrap(ADMIN_SOCKET, LISTENER)));
  const theirs = execa(join(folder, 'agent'), [], {
    env: {
      APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/n',
      ENVOY_CONFIG_FILE: bootstrap,
      ENVOY_ADMIN_MODE: 'uds',
      APPNET_AGENT_ADMIN_MODE: 'tcp',
      APPNET_AGENT_HTTP_PORT: `${THEIRS}`,
      APPNET_AGENT_HTTP_BIND_ADDRESS: '127.0.0.1',
      ENABLE_STATS_SNAPSHOT: '1',
      ENVOY_CONCURRENCY: '1',
    },
    stdio: 'ignore',
    reject: false,
  });
  const ours = await startOurs();
  try {
    const unexpected = await compareAll();
    process.stdout.write(`${CALLS.length + 3} calls, ${unexpected} unknown differences\n`);
    process.exitCode = unexpected === 0 ? 0 : 1;
  } finally {
    ours.close();
    theirs.kill('SIGKILL');
  }
}

async function startOurs() {
  const mode = { kind: 'tcp' } as const;
  const settings = { mode, logLevelSeconds: 300, snapshots: true, prometheus: undefined };
  const log = createLog('management', 'error');
  const management = createManagement({
    settings,
    logLevel: 'info',
    admin: createAdminClient(ADMIN_SOCKET),
    adminSocket: ADMIN_SOCKET,
    log,
  });
  const servers = await serveAgent({
    settings: { status: { address: '127.0.0.1', port: OURS }, management: settings, hosts: [] },
    served: { status: () => ({ healthStatus: 'HEALTHY' }) as Status, metrics: () => '' },
    management,
    log,
  });
  return {
    close() {
      servers.close();
      management.close();
    },
  };
}

async function compareAll(): Promise<number> {
  const isUp = async () => (await ask(THEIRS, get('/stats/prometheus'))).status === 200;
  await until("App Mesh's agent and its Envoy", isUp, { everyMs: 500 });
  await traffic(5);
  // A histogram is there after Envoy's next flush.
  await delay(6000);
  let unexpected = 0;
  for (const each of CALLS) unexpected += await compareOne(each);
  const delta = get('/stats/prometheus?filter=metrics_extension&usedonly&delta');
  await delay(SNAPSHOT_MS);
  await traffic(7);
  await delay(SNAPSHOT_MS + 6000);
  unexpected += await compareOne(delta);
  unexpected += await compareOne(post('/drain_listeners?inboundonly'));
  unexpected += await compareBursts();
  return unexpected;
}

async function traffic(requests: number): Promise<void> {
  for (let index = 0; index < requests; index += 1) {
    for (const path of ['/a', '/b']) await request(`http://127.0.0.1:${LISTENER}${path}`);
  }
}

async function compareOne(each: Call): Promise<number> {
  // Within the limits of both.
  await delay(200);
  const [theirs, ours] = [await ask(THEIRS, each), await ask(OURS, each)];
  if (isSame(theirs, ours)) return 0;
  const show = ({ status, body }: Answer) => `${status} ${JSON.stringify(body.slice(0, 200))}`;
  process.stdout.write(
    `${each.departure === undefined ? 'DIFFERS' : 'departs'} ${each.method} ${each.path}\n  App Mesh: ${show(theirs)}\n  Daybreak: ${show(ours)}\n`,
  );
  if (each.departure !== undefined) process.stdout.write(`  ${each.departure}\n`);
  return each.departure === undefined ? 1 : 0;
}

/** 40 calls at once, after a pause: how many each answers with 429. */
async function compareBursts(): Promise<number> {
  const counts: number[] = [];
  for (const port of [THEIRS, OURS]) {
    await delay(5000);
    const burst = Array.from({ length: 40 }, () => ask(port, get('/stats/prometheus?delta')));
    counts.push((await Promise.all(burst)).filter(({ status }) => status === 429).length);
  }
  process.stdout.write(
    `of 40 calls at once, App Mesh answered ${counts[0]} with 429, Daybreak ${counts[1]}\n`,
  );
  return counts.every((count) => count >= 15 && count <= 20) ? 0 : 1;
}

function ask(port: number, { method, path, body }: Call): Promise<Answer> {
  return request(`http://127.0.0.1:${port}${path}`, { method, ...(body === undefined ? {} : { body }) });
}

/** Whether the status is the same and ours begins with App Mesh's words; numbers may be written in another form. */
function isSame(theirs: Answer, ours: Answer): boolean {
  if (theirs.status !== ours.status) return false;
  if (theirs.status === 404) return true;
  // Go writes the bound 1800000 as 1.8e+06.
  const metrics = (text: string) =>
    text
      .replaceAll(/le="(\d[^"]*)"/g, (_, bound) => `le="${Number(bound)}"`)
      .replaceAll(/ (\d\S*)$/gm, (_, number) => ` ${Number(number)}`);
  return theirs.status === 200
    ? metrics(ours.body) === metrics(theirs.body)
    : ours.body.startsWith(theirs.body.trim().replace(/\]$/, ''));
}
