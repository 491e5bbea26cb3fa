import type { FiguresCaller, FiguresLine, FiguresTarget } from '../../common/contracts/reports.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';

/** A line of the map, without its figures. */
export type LineId = Pick<FiguresLine, 'from' | 'to' | 'cluster' | 'unit'>;

const LISTENER = /^(?<name>.+)_(?<protocol>http2?|grpc|tcp)_\d+$/;

/**
 * Returns the line that a caller's cluster stands for, by the names that the translation gives (`controlplane/translate/names.ts`).
 * Undefined for a cluster of no line: that of a gateway to its own second pass, one of another mesh, or of a node that does not exist.
 */
export function lineOf(
  { owner, mesh }: MeshId,
  from: FiguresCaller,
  cluster: string,
  model: Pick<Model, 'get'>,
): LineId | undefined {
  const [direction, rest] = partsOf(mesh, cluster);
  if (rest === undefined) return undefined;
  if (direction === 'egress' && (rest === 'amazonaws' || rest === 'mesh-allow-all'))
    return { from, to: { kind: 'outside' }, cluster, unit: 'connections' };
  const { name, protocol } = LISTENER.exec(rest)?.groups ?? {};
  if (name === undefined) return undefined;
  const to = targetOf(direction, from, name);
  if (to === undefined) return undefined;
  const isThere =
    to.kind !== 'virtualNode' ||
    model.get({ kind: 'virtualNode', owner, mesh, parent: '', name }) !== undefined;
  return isThere ? { from, to, cluster, unit: protocol === 'tcp' ? 'connections' : 'requests' } : undefined;
}

type Direction = 'ingress' | 'egress';

function partsOf(mesh: string, cluster: string): readonly [Direction, string | undefined] {
  for (const direction of ['egress', 'ingress'] as const) {
    const prefix = `cds_${direction}_${mesh}_`;
    if (cluster.startsWith(prefix)) return [direction, cluster.slice(prefix.length)];
  }
  return ['egress', undefined];
}

function targetOf(direction: Direction, from: FiguresCaller, name: string): FiguresTarget | undefined {
  if (direction === 'egress') return { kind: 'virtualNode', name };
  return from.kind === 'virtualNode' && name === from.name ? { kind: 'application' } : undefined;
}
