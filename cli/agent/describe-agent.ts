import { loopbackCall } from '../../common/contracts/loopback-backend.ts';
import type { Status } from '../../agent/status/status.ts';
import { formatTable } from '../table.ts';
import type { TrafficRow } from './traffic.ts';

/** Formats the status of an agent as a page for people. `traffic`: undefined if Envoy did not answer. */
export function describeAgent(status: Status, traffic: readonly TrafficRow[] | undefined, now: Date): string {
  return [
    heading(status),
    problems(status),
    formatTable(['PART', 'STATE'], parts(status, now)),
    certificates(status),
    backends(status),
    traffic === undefined ? 'TRAFFIC: Envoy did not answer\n' : trafficTable(traffic),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function heading({ healthStatus, daybreak: { node, version, instance } }: Status): string {
  return `${node}: ${healthStatus}\nagent ${version}, instance ${instance}\n`;
}

function problems({ daybreak }: Status): string {
  const lines = daybreak.problems.map(({ code, problem, help }) => `  ${code}: ${problem}\n    → ${help}\n`);
  return lines.length === 0 ? '' : `PROBLEMS\n${lines.join('')}`;
}

function parts(status: Status, now: Date): readonly (readonly string[])[] {
  const { daybreak, envoyState, envoyPid, envoyRestartCount } = status;
  const { supervisor, relay, restartsLeft, hangs } = daybreak;
  const since = `since ${supervisor.since}`;
  const last =
    'exit' in supervisor && supervisor.exit !== undefined ? `; Envoy ${describeExit(supervisor.exit)}` : '';
  return [
    ['agent', `up ${status.agentUptime}`],
    [
      'Envoy',
      `${envoyState}${envoyPid === '' ? '' : `, process ${envoyPid}`}, ${relay.envoyVersion || 'version unknown'}`,
    ],
    ['supervisor', `${supervisor.state} ${since}${last}`],
    ['restarts', `${envoyRestartCount} made, ${restartsLeft} left, ${hangs} after a hang`],
    ['reloads', reloads(daybreak)],
    ['control plane', connection(relay)],
    ['configuration', configuration(status, now)],
    ['NACKs', `${relay.refusals}${relay.refused === undefined ? '' : `; the latest: ${relay.refused}`}`],
    ['not ready', daybreak.notReady.length === 0 ? 'nothing' : daybreak.notReady.join('; ')],
    ['dropped output', `${daybreak.droppedOutputBytes} bytes`],
  ];
}

function reloads({ reload }: Status['daybreak']): string {
  const { hotRestart, epoch, counts, last } = reload;
  const made = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  const latest = last === undefined ? '' : `; the last, at ${last.at}: ${last.message}`;
  return `${made.join(', ')}; hot restart ${hotRestart}, epoch ${epoch}${latest}`;
}

function connection({
  connected,
  endpoint,
  connectedSince,
  failure,
  disconnectedSince,
}: Status['daybreak']['relay']): string {
  if (connected) return `connected to ${endpoint ?? 'it'} since ${text(connectedSince)}`;
  const grpc = failure?.grpc === undefined ? '' : `gRPC ${failure.grpc.code} ${failure.grpc.name}: `;
  const why =
    failure === undefined ? 'no attempt has failed' : `${failure.endpoint}: ${grpc}${failure.message}`;
  return `disconnected since ${text(disconnectedSince)}: ${why}`;
}

function configuration({ daybreak }: Status, now: Date): string {
  const { configuration: runsOn, relay, modelRevision } = daybreak;
  const { acceptedAt, versions } = relay;
  if (acceptedAt === undefined) return runsOn;
  const model =
    modelRevision === undefined ? '' : `; the model was at revision ${modelRevision} at the last report`;
  const seconds = Math.max(0, Math.round((now.getTime() - new Date(acceptedAt).getTime()) / 1000));
  const all = Object.entries(versions).map(([type, version]) => `${type} ${version.slice(0, 12)}`);
  return `${runsOn}, accepted ${seconds} s ago${all.length === 0 ? '' : ` (${all.join(', ')})`}${model}`;
}

/** JSON has dates as text. */
function text(date: Date | undefined): string {
  return date === undefined ? 'the start' : new Date(date).toISOString();
}

function certificates({ daybreak }: Status): string {
  if (daybreak.certificates.length === 0) return '';
  const rows = daybreak.certificates.map(({ name, source, state, expires, problem }) => [
    name,
    source,
    state,
    expires ?? '',
    problem ?? '',
  ]);
  return formatTable(['CERTIFICATE', 'SOURCE', 'STATE', 'EXPIRES', 'PROBLEM'], rows);
}

/** Lists the calls of an application on a host without redirect rules. */
function backends({ daybreak }: Status): string {
  if (daybreak.backends.length === 0) return '';
  const rows = daybreak.backends.map((each) => [
    each.service,
    String(each.port),
    each.protocol,
    loopbackCall(each),
  ]);
  return formatTable(['BACKEND', 'PORT', 'PROTOCOL', 'CALL'], rows);
}

function trafficTable(rows: readonly TrafficRow[]): string {
  if (rows.length === 0) return 'TRAFFIC: no listener yet\n';
  return formatTable(
    ['LISTENER', 'CONNECTIONS', 'PER SECOND', 'ERRORS PER SECOND'],
    rows.map(({ listener, active, unit, perSecond, errorsPerSecond }) => [
      listener,
      String(active),
      `${perSecond.toFixed(1)} ${unit}`,
      errorsPerSecond.toFixed(1),
    ]),
  );
}

type ShownExit = { readonly code: number | null; readonly signal: string | null; readonly cause: string };

function describeExit({ code, signal, cause }: ShownExit): string {
  return `${signal === null ? `ended with code ${code ?? '?'}` : `was killed by ${signal}`} (${cause})`;
}
