// The pages that the browser loads after the first view, in one file: files of their own would be larger together.
export { ConnectedCanaries } from './connected-canaries.tsx';
export { ConnectedChanges } from './connected-changes.tsx';
export { ConnectedExplain } from './connected-explain.tsx';
export { ConnectedIdentity } from './connected-identity.tsx';
export { ConnectedProblems } from './connected-problems.tsx';
export { ConnectedProxy } from './connected-proxy.tsx';
export { ConnectedResources } from './connected-resources.tsx';
export { ConnectedService } from './connected-service.tsx';
