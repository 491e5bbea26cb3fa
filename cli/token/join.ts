import { parseNodePattern } from '../../controlplane/ads/access/node-pattern.ts';
import type { Client } from '../client/client.ts';
import { CommandError } from '../errors.ts';

/** Options of `token join`. */
export type JoinTokenOptions = {
  readonly node: string;
  readonly expires?: string;
  /** Ranges of addresses. Undefined: any address. */
  readonly from?: readonly string[];
  readonly output: 'text' | 'json';
};

/**
 * Creates a join token at the control plane and prints it.
 * @throws CommandError for a wrong option, CallError if the control plane refuses
 */
export async function createJoinToken(
  client: Client,
  { node, expires, from, output }: JoinTokenOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const { meshName, meshOwner, proxy } = parseNode(node);
  const answer = await client.call('CreateJoinToken', {
    meshName,
    ...(meshOwner === undefined ? {} : { meshOwner }),
    proxy,
    ...(expires === undefined ? {} : { seconds: parseSeconds(expires) }),
    ...(from === undefined ? {} : { cidrs: from }),
  });
  stdout.write(output === 'json' ? `${JSON.stringify(answer)}\n` : `${String(answer['token'])}\n`);
}

function parseNode(node: string) {
  const parsed = parseNodePattern(node);
  const { mesh = '*', owner, kind, name = '*' } = parsed ?? {};
  if ((kind !== 'virtualNode' && kind !== 'virtualGateway') || mesh.includes('*') || name.includes('*')) {
    throw new CommandError(
      `--node ${JSON.stringify(node)}: it has to be one node, mesh/M/virtualNode/N or mesh/M/virtualGateway/G`,
    );
  }
  const proxy =
    kind === 'virtualNode'
      ? { virtualNode: { virtualNodeName: name } }
      : { virtualGateway: { virtualGatewayName: name } };
  return { meshName: mesh, meshOwner: owner, proxy };
}

function parseSeconds(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? [];
  const seconds = Number(digits) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
  if (digits !== '' && seconds >= 60 && seconds <= 3600) return seconds;
  throw new CommandError(
    `--expires ${JSON.stringify(text)}: it has to be a duration from 60s to 1h, e.g. 15m`,
  );
}
