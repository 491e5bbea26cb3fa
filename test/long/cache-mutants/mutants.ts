/** A change that weakens a cache key: `from` in `file` becomes `to`. */
export type Mutant = {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const STATIC_PART = 'controlplane/translate/node/static-part.ts';
const STATIC_PART_KEY = 'view.name, optionsKey(options)]';
/** One mutant per part of a key. */
export const MUTANTS: readonly Mutant[] = [
  {
    what: 'the static part’s key without `sds`',
    file: STATIC_PART,
    from: STATIC_PART_KEY,
    to: 'view.name, optionsKey({ ...options, sds: false })]',
  },
  {
    what: 'the static part’s key without `files`',
    file: STATIC_PART,
    from: STATIC_PART_KEY,
    to: 'view.name, optionsKey({ ...options, files: false })]',
  },
  {
    what: 'the key of the inbound part without options',
    file: 'controlplane/translate/node/inbound.ts',
    from: 'at, optionsKey(options), ...secured]',
    to: 'at, ...secured]',
  },
  {
    what: 'the key of the inbound part without the modes and denies',
    file: 'controlplane/translate/node/inbound.ts',
    from: 'optionsKey(options), ...secured]',
    to: 'optionsKey(options)]',
  },
  {
    what: 'the static part without the modes and denies',
    file: STATIC_PART,
    from: 'view.mesh.spec, ...secured, ...services',
    to: 'view.mesh.spec, ...services',
  },
  {
    what: 'the clusters of a node without the host names that take mutual TLS',
    file: 'controlplane/translate/node/node-clusters.ts',
    from: 'JSON.stringify([...mutual])',
    to: "''",
  },
  {
    what: 'the endpoints from Cloud Map without the instances that take mutual TLS',
    file: 'controlplane/translate/envoy/clusters/endpoints.ts',
    from: 'mutual === NONE ? parts : [...parts, mutual]',
    to: 'parts',
  },
  {
    what: 'the virtual hosts of a service without whether their metadata has fields',
    file: 'controlplane/translate/node/routes.ts',
    from: 'JSON.stringify(caller)',
    to: 'JSON.stringify({ ...caller, readable: undefined })',
  },
  {
    what: 'the TCP filters of a service without the caller that counts',
    file: 'controlplane/translate/node/connections.ts',
    from: 'JSON.stringify(caller)',
    to: 'JSON.stringify({ ...caller, source: undefined })',
  },
  {
    what: 'the TCP filters of a service without whether the caller uses mutual TLS',
    file: 'controlplane/translate/node/connections.ts',
    from: 'JSON.stringify(caller)',
    to: 'JSON.stringify({ ...caller, isMutual: undefined })',
  },
  {
    what: 'a proxy’s key without `files`',
    file: 'controlplane/ads/config-table.ts',
    from: 'const key = JSON.stringify(recipient);',
    to: 'const key = JSON.stringify({ ...recipient, features: { ...recipient.features, files: false } });',
  },
  {
    what: 'a static service without the listeners that it leads to',
    file: 'controlplane/translate/services/static-service.ts',
    from: 'key: JSON.stringify(staticService)',
    to: "key: JSON.stringify(staticService, (name, value: unknown) => (name === 'listener' ? undefined : value))",
  },
  {
    what: 'a service’s view without the routes of its router',
    file: 'controlplane/mesh/services.ts',
    from: 'routesChangedAt(history, last.view)',
    to: '0',
  },
  {
    what: 'a table that became empty and does not count as changed',
    file: 'controlplane/mesh/mesh-history.ts',
    from: 'this.#emptiedAt = generation;',
    to: '',
  },
];
