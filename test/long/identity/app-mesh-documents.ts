import { PORTS } from '../../identity/testing/mutual/ports.ts';

/** The proxies: of our agent, and of App Mesh's. */
export type Name = 'ours' | 'theirs';

/** The MeshIdentity with this specification. */
export const meshIdentity = (spec: string): string =>
  `meshName: m\nmeshIdentityName: default\nspec: ${spec}\n`;

/** Exempts App Mesh's proxy from the mode of the mesh. */
export const EXEMPT = `
meshName: m
nodeIdentityName: theirs
spec:
  proxy: { virtualNode: { virtualNodeName: theirs } }
  principals: []
  mtls: OFF
`;

const LISTENERS = Object.entries(PORTS)
  .map(([protocol, port]) => `    - portMapping: { port: ${port}, protocol: ${protocol} }`)
  .join('\n');

const virtualNode = (name: Name, other: Name): string => `
---
meshName: m
virtualNodeName: ${name}
spec:
  listeners:
${LISTENERS}
  serviceDiscovery:
    dns: { hostname: ${name}.local }
  backends:
    - virtualService: { virtualServiceName: ${other}.local }
---
meshName: m
virtualServiceName: ${name}.local
spec:
  provider:
    virtualNode: { virtualNodeName: ${name} }
`;

/** A mesh of our proxy and App Mesh's, each of which calls the other. */
export const DOCUMENTS = `
meshName: m
spec: {}
${virtualNode('ours', 'theirs')}
${virtualNode('theirs', 'ours')}
`;
