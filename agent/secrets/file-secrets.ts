import type { Log } from '../../common/log.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { SECRET, type Resource } from '../../xds/types.ts';
import type { IdentitySecrets } from '../identity/identity-secrets.ts';
import { createFollowedSecrets, type FileSecretStatus } from './followed-secrets.ts';
import { coded } from '../codes.ts';

/** Serves certificates from files. Names: common/contracts/file-secret-name.ts. */
export type FileSecrets = {
  /** Adds the secret discovery service to a gRPC server. */
  addTo(server: GrpcServer): void;
  status(): readonly FileSecretStatus[];
  close(): void;
};

/**
 * Serves certificates from files while Envoy subscribes to them, and serves them again whenever the files change. An unusable
 * certificate is reported as absent, so that Envoy does not wait for it and refuses the connections that need it. A reconnected Envoy
 * receives the version in force, even if the files are gone. `identity`: the certificate of this node, which is served in the same way.
 */
export function createFileSecrets(log: Log, identity?: IdentitySecrets): FileSecrets {
  const followed = createFollowedSecrets(log, serve);
  /** Names by stream. Envoy opens one stream per secret. */
  const subscriptions = new Map<string, ReadonlySet<string>>();
  let streams = 0;
  identity?.onChange(() => {
    for (const [key, names] of subscriptions) if ([...names].some(identity.has)) serve(key);
  });

  const server: XdsServer = createXdsServer({
    keyOf: () => `${++streams}`,
    onSubscription(key, _typeUrl, { names }) {
      const before = subscriptions.get(key) ?? new Set();
      subscriptions.set(key, new Set(names));
      for (const name of before) if (!names.has(name)) followed.unsubscribe(key, name);
      for (const name of names) if (!before.has(name)) followed.subscribe(key, name);
      serve(key);
    },
    onStream(event, key) {
      if (event === 'opened') return;
      for (const name of subscriptions.get(key) ?? []) followed.unsubscribe(key, name);
      subscriptions.delete(key);
      server.delete(key);
    },
    onAck(key, { error }) {
      for (const name of subscriptions.get(key) ?? []) {
        const watched = followed.get(name);
        if (watched === undefined) continue;
        watched.nack = error;
        if (error !== undefined)
          log.error(
            coded('SECRET_PROBLEM', { files: watched.files, error }),
            'Envoy rejected a certificate from files',
          );
      }
    },
  });

  /** Serves a stream after all files of its secrets were read. */
  function serve(key: string): void {
    const resources = new Map<string, Resource>();
    for (const name of subscriptions.get(key) ?? []) {
      const state = followed.get(name)?.secret.state();
      if (state?.kind === 'reading') return;
      const resource = state?.kind === 'served' ? state.content.resource : identity?.get(name)?.resource;
      if (resource !== undefined) resources.set(name, resource);
    }
    server.set(key, new Map([[SECRET, { resources }]]));
  }

  return {
    addTo: (grpc) => server.addTo(grpc, 'secrets'),
    status: () => [...followed.status(), ...identityStatus(subscriptions.values(), identity)],
    close: () => followed.close(),
  };
}

/** The secrets of the identity that Envoy subscribes to. */
function identityStatus(
  subscriptions: Iterable<ReadonlySet<string>>,
  identity: IdentitySecrets | undefined,
): readonly FileSecretStatus[] {
  if (identity === undefined) return [];
  const names = new Set(Array.from(subscriptions, (each) => [...each].filter(identity.has)).flat());
  return Array.from(names, (name) => {
    const validity = identity.get(name)?.validity;
    const isServed = validity !== undefined;
    return {
      name,
      files: [],
      state: isServed ? 'served' : 'missing',
      problem: isServed ? undefined : 'the control plane has issued no certificate yet',
      validity,
    };
  });
}
