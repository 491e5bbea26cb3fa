import type { Status } from '../controlplane/status.ts';
import type { Client } from './client/client.ts';
import { formatTable } from './table.ts';

/** Prints how every connected proxy stands: a table for people, the control plane's own JSON for programs. */
export async function status(client: Client, output: 'text' | 'json'): Promise<void> {
  const answer = (await client.read('/status')) as Status;
  process.stdout.write(output === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : describeStatus(answer));
}

/** The status as text for people; the problems and refusals follow below the table. */
export function describeStatus({ revision, proxies }: Status): string {
  if (proxies.length === 0) return `The model is at revision ${revision}. No proxy is connected.\n`;
  const rows = proxies.map(({ resource, state, envoy, peer, connectedAt, types }) => [
    resource,
    state,
    envoy,
    peer,
    connectedAt,
    types.map(({ type, resources }) => `${type} ${resources}`).join(', '),
  ]);
  const table = formatTable(['RESOURCE', 'STATE', 'ENVOY', 'PEER', 'CONNECTED SINCE', 'RESOURCES'], rows);
  const notes = proxies.flatMap(({ resource, types, problems }) => [
    ...types.flatMap(({ type, error }) =>
      error === undefined ? [] : [`${resource} refused ${type}: ${error}`],
    ),
    ...problems.map(({ where, what }) => `${resource}: ${where}: ${what}`),
  ]);
  return `The model is at revision ${revision}.\n\n${table}${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`;
}
