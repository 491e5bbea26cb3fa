import { matchesGlob } from '../../auth/glob.ts';
import type { Identity } from '../identity.ts';

/**
 * A pattern of nodes that a caller may be. In each part `*` stands for any characters and `?` for one, never across a `/`.
 * Without an owner, the pattern matches the mesh of any account.
 */
export type NodePattern = {
  readonly mesh: string;
  readonly owner: string | undefined;
  readonly kind: string;
  readonly name: string;
};

/** A proxy that a stream asks to be. `owner`: the account of its mesh in the model, else the account in the node.id. */
export type Subject = { readonly identity: Identity; readonly owner: string | undefined };

/** The forms of a pattern, for messages. */
export const NODE_PATTERN_FORMS =
  'mesh/M/virtualNode/N or mesh/M/virtualGateway/G, their ARN, M@ACCOUNT for the mesh of one account, * and ? in each part, or * alone for every node';

const ARN = /^arn:[^:/]+:appmesh(?:-preview)?:[^:/]*:(?<account>\d{12}):(?<path>mesh\/.+)$/;
const PATH =
  /^mesh\/(?<mesh>(?:[^/@]|@(?![\d*?]*\/))+)(?:@(?<owner>\d{12}))?\/(?<kind>virtualNode|virtualGateway|\*)\/(?<name>[^/]+)$/;

/** The pattern that matches every node. */
export const EVERY_NODE: NodePattern = { mesh: '*', owner: undefined, kind: '*', name: '*' };

/** Parses a pattern; undefined if the text is not a pattern. */
export function parseNodePattern(text: string): NodePattern | undefined {
  if (text === '*') return EVERY_NODE;
  const arn = ARN.exec(text)?.groups;
  const path = PATH.exec(arn?.['path'] ?? text)?.groups;
  const { mesh, kind, name } = path ?? {};
  if (mesh === undefined || kind === undefined || name === undefined) return undefined;
  return { mesh, owner: path?.['owner'] ?? arn?.['account'], kind, name };
}

/** Whether one of these patterns matches that proxy. */
export function admitsNode(patterns: readonly NodePattern[], { identity, owner }: Subject): boolean {
  return patterns.some(
    (pattern) =>
      matchesGlob(pattern.mesh, identity.mesh) &&
      (pattern.owner === undefined || pattern.owner === owner) &&
      matchesGlob(pattern.kind, identity.kind) &&
      matchesGlob(pattern.name, identity.name),
  );
}

/** Whether the patterns admit every node: a caller with that right may also see the status of every node. */
export function admitsEveryNode(patterns: readonly NodePattern[]): boolean {
  return patterns.some(
    ({ mesh, owner, kind, name }) => mesh === '*' && owner === undefined && kind === '*' && name === '*',
  );
}

/** Formats a pattern as text. */
export function formatNodePattern({ mesh, owner, kind, name }: NodePattern): string {
  return `mesh/${mesh}${owner === undefined ? '' : `@${owner}`}/${kind}/${name}`;
}

/** Returns the readable name of a proxy: `mesh/M@OWNER/virtualNode/N`. */
export function describeSubject({ identity, owner }: Subject): string {
  return formatNodePattern({ ...identity, owner });
}
