import { MESH_IN_ID } from '../../../common/contracts/mesh-in-id.ts';
import type { Parser } from '../../../common/settings.ts';

/** The virtual node or gateway that a proxy represents. */
export type ResourceName = {
  /** The unparsed text, which is Envoy's node id. */
  readonly id: string;
  readonly mesh: string;
  readonly kind: 'virtualNode' | 'virtualGateway';
  readonly name: string;
};

const ARN = /^arn:[^:/\s]+:appmesh(?:-preview)?:[^:/\s]*:\d*:(mesh\/.*)$/;
const PATH = new RegExp(`^mesh/${MESH_IN_ID}/(?<kind>virtualNode|virtualGateway)/(?<name>[^/]+)$`);

/** Parses an ARN, or its end: `mesh/M/virtualNode/N`, `mesh/M/virtualGateway/G`, or `mesh/M@OWNER/…` for another account's mesh. */
export const resourceName: Parser<ResourceName> = (text) => {
  const path = ARN.exec(text)?.[1] ?? text;
  const { mesh, kind, name } = (/\s/.test(path) ? undefined : PATH.exec(path)?.groups) ?? {};
  return mesh !== undefined && name !== undefined && (kind === 'virtualNode' || kind === 'virtualGateway')
    ? { value: { id: text, mesh, kind, name } }
    : {
        wanted:
          'mesh/MESH/virtualNode/NAME, mesh/MESH/virtualGateway/NAME, mesh/MESH@OWNER/…, or an ARN that ends with one of these',
      };
};
