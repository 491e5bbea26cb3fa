import type { Validity } from '../../common/certificate-validity.ts';
import { parseFileSecretName } from '../../common/contracts/file-secret-name.ts';
import type { Log } from '../../common/log.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { SECRET, type Resource } from '../../xds/types.ts';
import type { IdentitySecrets } from '../identity/identity-secrets.ts';
import { followSecret, type FollowedSecret, type SecretState } from './follow-secret.ts';
import { filesOf } from './secret-content.ts';
import { coded } from '../codes.ts';

/** Status of a certificate that Envoy subscribes to. */
export type FileSecretStatus = {
  readonly name: string;
  readonly files: readonly string[];
  readonly state: SecretState['kind'];
  /** The bad file and its problem. If `state` is `served`, the previous content is in force. */
  readonly problem: string | undefined;
  /** Validity of the served certificate. */
  readonly validity: Validity | undefined;
};

/** Serves certificates from files. Names: common/contracts/file-secret-name.ts. */
export type FileSecrets = {
  /** Adds the secret discovery service to a gRPC server. */
  addTo(server: GrpcServer): void;
  status(): readonly FileSecretStatus[];
  close(): void;
};

type WatchedSecret = {
  readonly secret: FollowedSecret;
  readonly files: readonly string[];
  /** Subscribed streams. */
  readonly streams: Set<string>;
  /** Message of Envoy's NACK of the latest version. */
  nack: string | undefined;
  /** Evicts the secret unless a stream subscribes again. */
  evictionTimer: NodeJS.Timeout | undefined;
};

/** How long a secret without subscribers is kept, in milliseconds: longer than a restarted Envoy needs to subscribe again. */
const EVICTION_MS = 60_000;

/**
 * Serves certificates from files while Envoy subscribes to them, and serves them again whenever the files change. An unusable
 * certificate is reported as absent, so that Envoy does not wait for it and refuses the connections that need it. A reconnected Envoy
 * receives the version in force, even if the files are gone. `identity`: the certificate of this node, which is served in the same way.
 */
export function createFileSecrets(log: Log, identity?: IdentitySecrets): FileSecrets {
  const followed = new Map<string, WatchedSecret>();
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
      for (const name of before) if (!names.has(name)) unsubscribe(key, name);
      for (const name of names) if (!before.has(name)) subscribe(key, name);
      serve(key);
    },
    onStream(event, key) {
      if (event === 'opened') return;
      for (const name of subscriptions.get(key) ?? []) unsubscribe(key, name);
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

  function subscribe(key: string, name: string): void {
    const known = followed.get(name);
    if (known !== undefined) {
      clearTimeout(known.evictionTimer);
      known.streams.add(key);
      return;
    }
    const source = parseFileSecretName(name);
    if (source === undefined) return;
    const waiting = new Set([key]);
    const secret = followSecret(name, source, log, () => waiting.forEach(serve));
    followed.set(name, {
      secret,
      files: filesOf(source),
      streams: waiting,
      nack: undefined,
      evictionTimer: undefined,
    });
  }

  function unsubscribe(key: string, name: string): void {
    const watched = followed.get(name);
    watched?.streams.delete(key);
    if (watched?.streams.size !== 0) return;
    watched.evictionTimer = setTimeout(() => {
      watched.secret.close();
      followed.delete(name);
    }, EVICTION_MS).unref();
  }

  /** Serves a stream once all files of its secrets were read. */
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

  /** The secrets of the identity that Envoy subscribes to. */
  function identityStatus(): readonly FileSecretStatus[] {
    if (identity === undefined) return [];
    const names = new Set([...subscriptions.values()].flatMap((each) => [...each].filter(identity.has)));
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

  return {
    addTo: (grpc) => server.addTo(grpc, 'secrets'),
    status: () => [
      ...[...followed]
        .filter(([, { streams: all }]) => all.size > 0)
        .map(([name, watched]) => describe(name, watched)),
      ...identityStatus(),
    ],
    close() {
      for (const { secret, evictionTimer } of followed.values()) {
        clearTimeout(evictionTimer);
        secret.close();
      }
      followed.clear();
    },
  };
}

function describe(name: string, { secret, files, nack }: WatchedSecret): FileSecretStatus {
  const state = secret.state();
  return {
    name,
    files,
    state: state.kind,
    problem: (state.kind === 'reading' ? undefined : state.problem) ?? nack,
    validity: state.kind === 'served' ? state.content.validity : undefined,
  };
}
