import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ProxyReport,
  ProxyStatus,
  ProxyTypeStatus,
  Status,
  UnprovenAgent,
} from '../controlplane/status/status.ts';
import type { Client } from './client/client.ts';
import { CallError } from './client/errors.ts';
import { formatTable } from './table.ts';

/** Options of `daybreak status`. */
export type StatusOptions = {
  readonly output: 'text' | 'json';
  /** Read the status every second until the command is interrupted. */
  readonly watch: boolean;
};

/** The stream for the status; a terminal is redrawn in place. */
export type StatusOutput = { readonly isTTY?: boolean; write(text: string): unknown };

const EVERY_MS = 1000;

/** Moves the cursor to the top left and clears below it: no flicker, and the scrollback stays. */
const IN_PLACE = '\u001B[H\u001B[J';

/**
 * Prints the state of every connected proxy: a table for people, the control plane's own JSON for programs. A watch continues
 * while the control plane cannot be reached, and reports that; with JSON it prints one object per line. `signal` ends it.
 */
export async function status(
  client: Client,
  { output, watch }: StatusOptions,
  stdout: StatusOutput,
  signal?: AbortSignal,
): Promise<void> {
  const read = async (): Promise<Status> => (await client.read('/status')) as Status;
  if (!watch) {
    const answer = await read();
    stdout.write(output === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : describeStatus(answer));
    return;
  }
  const describe = output === 'json' ? (answer: Status) => `${JSON.stringify(answer)}\n` : framed(stdout);
  for (;;) {
    const answer = await read().catch(unreachable);
    stdout.write(typeof answer === 'string' ? complaint(answer, output, stdout) : describe(answer));
    if (signal?.aborted === true) return;
    await sleep(EVERY_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

function unreachable(error: unknown): string {
  if (error instanceof CallError) return error.message;
  throw error;
}

function framed(stdout: StatusOutput): (answer: Status) => string {
  return (answer) => frame(describeStatus(answer), stdout);
}

function frame(text: string, { isTTY }: StatusOutput): string {
  const now = new Date().toISOString();
  return isTTY === true ? `${IN_PLACE}${now}  ${text}` : `${now}  ${text}\n`;
}

function complaint(message: string, output: StatusOptions['output'], stdout: StatusOutput): string {
  if (output === 'json') return `${JSON.stringify({ error: message })}\n`;
  return frame(`${message}\n`, stdout);
}

const HEAD = [
  'RESOURCE',
  'INSTANCE',
  'STATE',
  'READY',
  'RUNS ON',
  'ENVOY',
  'AGENT',
  'PEER',
  'CONNECTED SINCE',
  'CERTIFICATES UNTIL',
  'RESOURCES',
];

/** Formats the status as text for people, with NACKs and problems below the table. */
export function describeStatus({ revision, proxies, unproven = [] }: Status): string {
  const refusals = unproven.map(describeUnproven);
  if (proxies.length === 0) {
    const below = refusals.length > 0 ? `\n${refusals.join('\n')}\n` : '';
    return `The model is at revision ${revision}. No proxy is connected.\n${below}`;
  }
  const rows = proxies.map((proxy) => [
    proxy.resource,
    shortInstance(proxy),
    proxy.state,
    describeReadiness(proxy.report),
    proxy.report?.runsOn?.source ?? '',
    proxy.envoy,
    proxy.agent,
    proxy.peer,
    proxy.connectedAt,
    proxy.report?.certificates[0]?.ends ?? '',
    proxy.types.map(describeType).join(', '),
  ]);
  // Leave out columns that are empty in all rows.
  const shown = HEAD.flatMap((_, column) => (rows.some((row) => row[column] !== '') ? [column] : []));
  const pick = (row: readonly string[]): readonly string[] => shown.map((column) => row[column] ?? '');
  const table = formatTable(pick(HEAD), rows.map(pick));
  const notes = [...new Set(proxies.flatMap(notesOn)), ...refusals];
  return `The model is at revision ${revision}.\n\n${table}${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`;
}

function describeUnproven({ resource, from, at, attempts, reason }: UnprovenAgent): string {
  return `${resource} at ${from} got no certificate (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, last ${at}): ${reason}`;
}

/** Empty for a proxy whose agent reports nothing. */
function describeReadiness(report: ProxyReport | undefined): string {
  if (report === undefined) return '';
  if (report.draining) return 'draining';
  return report.ready ? 'yes' : 'no';
}

function describeType({ type, resources, sentAt, error }: ProxyTypeStatus): string {
  if (error !== undefined) return `${type} ${resources} refused`;
  return `${type} ${resources}${sentAt === undefined ? '' : ' sent'}`;
}

function notesOn(proxy: ProxyStatus): readonly string[] {
  const { resource, state, types, problems, report } = proxy;
  const instance = shortInstance(proxy);
  const who = instance === '' ? resource : `${resource} (${instance})`;
  return [
    ...(state === 'waiting' ? [`${resource} does not exist: its proxies wait for it`] : []),
    ...(state === 'orphaned' ? [`${resource} was deleted: its proxies keep what they had`] : []),
    ...(report === undefined || report.reason === ''
      ? []
      : [`${who} ${report.draining ? 'drains' : 'is not ready'}: ${report.reason}`]),
    ...(report?.runsOn?.source === 'last good'
      ? [`${who} runs on the last good configuration, of ${report.runsOn.since}`]
      : []),
    ...types.flatMap(({ type, error }) => (error === undefined ? [] : [`${who} refused ${type}: ${error}`])),
    ...problems.map(({ where, what }) => `${resource}: ${where}: ${what}`),
  ];
}

// Instances are UUIDs; the first part is enough to distinguish the processes of one resource.
function shortInstance({ instance }: ProxyStatus): string {
  return /^[0-9a-f]{8}-/.test(instance) ? instance.slice(0, 8) : instance;
}
