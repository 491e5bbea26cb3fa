import { KINDS, type ApiKind } from '../../controlplane/mesh/resource.ts';
import { UsageError } from '../errors.ts';

/** The words for a kind on the command line; help and completion show the first. */
const WORDS: Readonly<Record<ApiKind, readonly string[]>> = {
  mesh: ['mesh', 'meshes'],
  virtualNode: ['virtualnode', 'virtualnodes', 'vn'],
  virtualRouter: ['virtualrouter', 'virtualrouters', 'vr'],
  route: ['route', 'routes'],
  virtualService: ['virtualservice', 'virtualservices', 'vs'],
  virtualGateway: ['virtualgateway', 'virtualgateways', 'vg'],
  gatewayRoute: ['gatewayroute', 'gatewayroutes', 'gr'],
  meshIdentity: ['meshidentity', 'meshidentities'],
  nodeIdentity: ['nodeidentity', 'nodeidentities'],
  accessPolicy: ['accesspolicy', 'accesspolicies'],
};

/** The first word of each kind. */
export const KIND_WORDS: readonly string[] = KINDS.map((kind) => WORDS[kind][0] ?? kind);

/**
 * Returns the kind for a word: `virtualnode`, `virtualNodes`, `virtual-node`, `vn`.
 * @throws UsageError that lists the words
 */
export function parseKind(word: string): ApiKind {
  const plain = word.toLowerCase().replaceAll(/[-_]/g, '');
  const kind = KINDS.find((candidate) => WORDS[candidate].includes(plain));
  if (kind !== undefined) return kind;
  throw new UsageError(`${JSON.stringify(word)} is not a kind of resource: one of ${KIND_WORDS.join(', ')}`);
}

/** Formats a kind for messages: `virtual node`. */
export function kindInWords(kind: ApiKind): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
