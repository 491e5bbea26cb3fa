import type { Parser } from '../../common/settings.ts';

/** The virtual node or gateway that a proxy stands for. */
export type ResourceName = {
  /** As it was given: Envoy's node id. */
  readonly id: string;
  readonly mesh: string;
  readonly kind: 'virtualNode' | 'virtualGateway';
  readonly name: string;
};

const ARN = /^arn:[^:/\s]+:appmesh(?:-preview)?:[^:/\s]*:\d*:(mesh\/.*)$/;
const PATH = /^mesh\/([^/@\s]+)(?:@[^/@\s]+)?\/(virtualNode|virtualGateway)\/([^/\s]+)$/;

/** A full ARN, or its end `mesh/M/virtualNode/N`, `mesh/M/virtualGateway/G`; another account's mesh is `mesh/M@owner/…`. */
export const resourceName: Parser<ResourceName> = (text) => {
  const path = ARN.exec(text)?.[1] ?? text;
  const [, mesh, kind, name] = PATH.exec(path) ?? [];
  return mesh !== undefined && name !== undefined && (kind === 'virtualNode' || kind === 'virtualGateway')
    ? { value: { id: text, mesh, kind, name } }
    : {
        wanted:
          'mesh/MESH/virtualNode/NAME, mesh/MESH/virtualGateway/NAME, mesh/MESH@OWNER/…, or an ARN that ends so',
      };
};
