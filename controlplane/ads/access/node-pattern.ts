import { matchesGlob } from '../../auth/glob.ts';
import type { Identity } from '../identity.ts';

/**
 * Which nodes somebody may be. In each part `*` stands for any characters and `?` for one, never across a `/`. Without an
 * owner it is that mesh whichever account has it.
 */
export type NodePattern = {
  readonly mesh: string;
  readonly owner: string | undefined;
  readonly kind: string;
  readonly name: string;
};

/** A proxy that somebody asks to be. `owner`: the account of its mesh as the model has it, else as the node.id says. */
export type Subject = { readonly identity: Identity; readonly owner: string | undefined };

/** What a pattern may look like, for messages. */
export const NODE_PATTERN_FORMS =
  'mesh/M/virtualNode/N or mesh/M/virtualGateway/G, their ARN, M@ACCOUNT for the mesh of one account, * and ? in each part, or * alone for every node';

const ARN = /^arn:[^:/]+:appmesh(?:-preview)?:[^:/]*:(?<account>\d{12}):(?<path>mesh\/.+)$/;
const PATH =
  /^mesh\/(?<mesh>[^/@]+)(?:@(?<owner>\d{12}))?\/(?<kind>virtualNode|virtualGateway|\*)\/(?<name>[^/]+)$/;

/** Every node there is. */
export const EVERY_NODE: NodePattern = { mesh: '*', owner: undefined, kind: '*', name: '*' };

/** Reads a pattern; undefined where the text is none. */
export function parseNodePattern(text: string): NodePattern | undefined {
  if (text === '*') return EVERY_NODE;
  const arn = ARN.exec(text)?.groups;
  const path = PATH.exec(arn?.['path'] ?? text)?.groups;
  const { mesh, kind, name } = path ?? {};
  if (mesh === undefined || kind === undefined || name === undefined) return undefined;
  return { mesh, owner: path?.['owner'] ?? arn?.['account'], kind, name };
}

/** Whether somebody with these patterns may be that proxy. */
export function admitsNode(patterns: readonly NodePattern[], { identity, owner }: Subject): boolean {
  return patterns.some(
    (pattern) =>
      matchesGlob(pattern.mesh, identity.mesh) &&
      (pattern.owner === undefined || pattern.owner === owner) &&
      matchesGlob(pattern.kind, identity.kind) &&
      matchesGlob(pattern.name, identity.name),
  );
}

/** Whether nothing is left out: whoever may be every node may also see how every node stands. */
export function admitsEveryNode(patterns: readonly NodePattern[]): boolean {
  return patterns.some(
    ({ mesh, owner, kind, name }) => mesh === '*' && owner === undefined && kind === '*' && name === '*',
  );
}

/** A pattern as it is written. */
export function formatNodePattern({ mesh, owner, kind, name }: NodePattern): string {
  return `mesh/${mesh}${owner === undefined ? '' : `@${owner}`}/${kind}/${name}`;
}

/** A proxy's name for people: `mesh/M@OWNER/virtualNode/N`. */
export function describeSubject({ identity, owner }: Subject): string {
  return formatNodePattern({ ...identity, owner });
}
