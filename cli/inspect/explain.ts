import { loopbackCall } from '../../common/contracts/loopback-backend.ts';
import type { Outcome, Pass, Sent, SentTarget } from '../../controlplane/explain/explanation.ts';
import type { Explained } from '../../controlplane/explain/route.ts';
import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';
import { formatTable } from '../table.ts';
import { previewQuery, type Asked } from './preview-query.ts';

/** The request to explain. `header`: lines `name: value`. `http2`: HTTP/2, else HTTP/1.1. */
export type AskedAbout = Asked & {
  readonly method: string;
  readonly url: string;
  readonly header: readonly string[];
  readonly http2?: boolean;
};

/** Prints how a proxy handles a request. @throws UsageError for an invalid header */
export async function explain(
  client: Client,
  { output, method, url, header, http2 = false, ...asked }: AskedAbout & { readonly output: 'text' | 'json' },
  stdout: { write(text: string): unknown },
): Promise<void> {
  const headers = JSON.stringify(header.map(headerLine));
  const protocol = http2 ? 'HTTP/2' : 'HTTP/1.1';
  const query = { ...previewQuery(asked), method, url, headers, protocol };
  const explained = (await client.read('/explain', query)) as Explained;
  stdout.write(
    output === 'json' ? `${JSON.stringify(explained, undefined, 2)}\n` : describeExplanation(explained),
  );
}

function headerLine(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new UsageError(`--header ${JSON.stringify(line)}: it has to be "name: value"`);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/**
 * Formats an explanation as text for people: each pass through a listener, the outcome, and settings without effect. It names
 * releases of Envoy if their results differ.
 */
export function describeExplanation({
  passes,
  outcome,
  envoy,
  others,
  problems,
  backends,
  admissions,
}: Explained): string {
  const notes = problems.map(({ where, what }) => `${where}: ${what}\n`).join('');
  return [
    ...(others.length === 0 ? [] : [`Envoy ${envoy.version}:\n`]),
    describeWay({ passes, outcome }),
    ...(admissions.length === 0 ? [] : [admissions.map(describeAdmission).join('')]),
    ...others.map(({ version, ...other }) => `Envoy ${version}:\n\n${describeWay(other)}`),
    ...(backends.length === 0 ? [] : [`The application calls\n${indent(backendTable(backends))}`]),
    ...(notes === '' ? [] : [`Without effect in this proxy:\n${indent(notes)}`]),
  ].join('\n');
}

function describeWay({ passes, outcome }: Pick<Explained, 'passes' | 'outcome'>): string {
  const isOpen = passes.some(({ routes }) => routes.some(({ verdict }) => verdict === 'may match'));
  const end = describeOutcome(outcome);
  return [
    ...passes.map(describePass),
    isOpen ? `Where no route takes it that may match:\n${indent(end)}` : end,
  ].join('\n');
}

function describePass({ listener, chain, routeConfiguration, virtualHost, routes }: Pass): string {
  const where = [`listener ${listener}`, `filter chain ${chain}`];
  if (routeConfiguration !== undefined) where.push(`routes ${routeConfiguration}`);
  const head = `${where.join(', ')}\n`;
  if (virtualHost === undefined) return head;
  const { name, domain } = virtualHost;
  const host = `virtual host ${name}${domain === name ? '' : `, by its domain ${domain}`}\n`;
  if (routes.length === 0) return `${head}${host}`;
  const rows = routes.map((route) => [route.name || '(all)', route.verdict, route.why.join('; ')]);
  return `${head}${host}${indent(formatTable(['ROUTE', 'VERDICT', 'WHY'], rows))}`;
}

function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'sent':
      return describeSent(outcome);
    case 'passed':
      return `It leaves the mesh by cluster ${outcome.cluster}: ${outcome.why}.\n`;
    case 'answered':
      return `The proxy answers ${outcome.status}: ${outcome.why}.\n`;
    case 'direct':
      return `It does not pass the proxy: ${outcome.why}.\n`;
    case 'closed':
      return `The proxy closes the connection: ${outcome.why}.\n`;
  }
}

function describeSent({ virtualService, targets, timeout, idleTimeout, retry }: Sent): string {
  const head =
    virtualService === undefined ? 'It is sent to\n' : `Virtual service ${virtualService} sends it to\n`;
  const isSecured = targets.some(({ tls }) => tls !== undefined && tls.kind !== 'plain');
  const rows = targets.map(({ cluster, virtualNode, share, tls }) => [
    percent(share),
    virtualNode ?? '-',
    cluster,
    ...(isSecured ? [describeTls(tls)] : []),
  ]);
  const columns = ['SHARE', 'VIRTUAL NODE', 'CLUSTER', ...(isSecured ? ['CONNECTION'] : [])];
  const limits = [
    timeout === undefined ? 'no time limit' : `time limit ${timeout} s`,
    ...(idleTimeout === undefined ? [] : [`idle limit ${idleTimeout} s`]),
    ...(retry === undefined ? [] : [describeRetry(retry)]),
  ];
  return `${head}${indent(formatTable(columns, rows))}with ${limits.join(', ')}.\n`;
}

/** Says how the connections to a target are encrypted. */
function describeTls(tls: SentTarget['tls']): string {
  if (tls === undefined) return '-';
  if (tls.kind === 'plain') return 'plain text';
  if (tls.kind === 'tls') return 'TLS of the model';
  if (tls.instances === 'none') return 'plain text: no instance is known to take mutual TLS';
  const to = `mutual TLS with ${tls.target}`;
  return tls.instances === 'all' ? to : `${to}, and plain text to instances that do not take it`;
}

/** Says whether a target admits the caller, and by which rule. */
function describeAdmission({
  virtualNode,
  port,
  verdict,
  line,
  enforced,
  chain,
  mode,
  unlessFrom,
}: Explained['admissions'][number]): string {
  const where = `Virtual node ${virtualNode}, listener ${port},`;
  const who = chain === 'mesh' ? '' : ', for a caller without an identity';
  const words =
    verdict === 'allowed' ? 'admits it' : enforced ? 'refuses it' : 'would refuse it, and only counts it';
  const unless = unlessFrom === undefined ? '' : `, unless its address is in a range of rule ${unlessFrom}`;
  return `${where} ${words}: rule ${line} (${mode}${who})${unless}.\n`;
}

function describeRetry({ on, retries, perTryTimeout }: NonNullable<Sent['retry']>): string {
  const limit = perTryTimeout === undefined ? '' : `, ${perTryTimeout} s each`;
  return `${retries} ${retries === 1 ? 'retry' : 'retries'} (${on}${limit})`;
}

function backendTable(backends: Explained['backends']): string {
  const rows = backends.map((each) => [each.service, String(each.port), each.protocol, loopbackCall(each)]);
  return formatTable(['BACKEND', 'PORT', 'PROTOCOL', 'CALL'], rows);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
