import type { Validity } from '../../common/certificate-validity.ts';
import { parseFileSecretName } from '../../common/contracts/file-secret-name.ts';
import type { Log } from '../../common/log.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { SECRET, type Resource } from '../../xds/types.ts';
import { followSecret, type FollowedSecret, type SecretState } from './follow-secret.ts';
import { filesOf } from './secret-content.ts';

/** How a certificate that Envoy asked for stands. */
export type FileSecretStatus = {
  readonly name: string;
  readonly files: readonly string[];
  readonly state: SecretState['kind'];
  /** Which file is wrong, and how. One that is `served` nevertheless is in force as it was before. */
  readonly problem: string | undefined;
  /** The time of the one that is served. */
  readonly validity: Validity | undefined;
};

/** Certificates from files, which Envoy asks for by the names of common/contracts/file-secret-name.ts. */
export type FileSecrets = {
  /** Adds the secret discovery service to a gRPC server. */
  addTo(server: GrpcServer): void;
  status(): readonly FileSecretStatus[];
  close(): void;
};

type Shared = {
  readonly secret: FollowedSecret;
  readonly files: readonly string[];
  /** Those that ask for it. */
  readonly streams: Set<string>;
  /** What Envoy has against it as it was last sent. */
  refusal: string | undefined;
  /** Forgets it, unless somebody asks for it before. */
  forgetting: NodeJS.Timeout | undefined;
};

/** How long a secret is kept that nobody asks for, in milliseconds: longer than an Envoy takes to come back. */
const KEPT_MS = 60_000;

/**
 * Serves certificates from files for as long as Envoy asks for them, and again whenever the files change. One that cannot be
 * used is said to be absent, so that Envoy waits for nothing and refuses the connections that need it. An Envoy that comes
 * back is given what was in force, whatever became of the files.
 */
export function createFileSecrets(log: Log): FileSecrets {
  const followed = new Map<string, Shared>();
  /** What each stream asks for: Envoy has one for each secret. */
  const asked = new Map<string, ReadonlySet<string>>();
  let streams = 0;

  const server: XdsServer = createXdsServer({
    keyOf: () => `${++streams}`,
    onSubscription(key, _typeUrl, { names }) {
      const before = asked.get(key) ?? new Set();
      asked.set(key, new Set(names));
      for (const name of before) if (!names.has(name)) leave(key, name);
      for (const name of names) if (!before.has(name)) join(key, name);
      serve(key);
    },
    onStream(event, key) {
      if (event === 'opened') return;
      for (const name of asked.get(key) ?? []) leave(key, name);
      asked.delete(key);
      server.delete(key);
    },
    onAck(key, { error }) {
      for (const name of asked.get(key) ?? []) {
        const shared = followed.get(name);
        if (shared === undefined) continue;
        shared.refusal = error;
        if (error !== undefined)
          log.error({ files: shared.files, error }, 'Envoy refused a certificate from files');
      }
    },
  });

  function join(key: string, name: string): void {
    const known = followed.get(name);
    if (known !== undefined) {
      clearTimeout(known.forgetting);
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
      refusal: undefined,
      forgetting: undefined,
    });
  }

  function leave(key: string, name: string): void {
    const shared = followed.get(name);
    shared?.streams.delete(key);
    if (shared?.streams.size !== 0) return;
    shared.forgetting = setTimeout(() => {
      shared.secret.close();
      followed.delete(name);
    }, KEPT_MS).unref();
  }

  /** A stream is answered once all that it asks for was looked at. */
  function serve(key: string): void {
    const resources = new Map<string, Resource>();
    for (const name of asked.get(key) ?? []) {
      const state = followed.get(name)?.secret.state();
      if (state?.kind === 'reading') return;
      if (state?.kind === 'served') resources.set(name, state.content.resource);
    }
    server.set(key, new Map([[SECRET, { resources }]]));
  }

  return {
    addTo: (grpc) => server.addTo(grpc, 'secrets'),
    status: () =>
      [...followed]
        .filter(([, { streams: all }]) => all.size > 0)
        .map(([name, shared]) => describe(name, shared)),
    close() {
      for (const { secret, forgetting } of followed.values()) {
        clearTimeout(forgetting);
        secret.close();
      }
      followed.clear();
    },
  };
}

function describe(name: string, { secret, files, refusal }: Shared): FileSecretStatus {
  const state = secret.state();
  return {
    name,
    files,
    state: state.kind,
    problem: (state.kind === 'reading' ? undefined : state.problem) ?? refusal,
    validity: state.kind === 'served' ? state.content.validity : undefined,
  };
}
