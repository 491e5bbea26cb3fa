import type { Validity } from '../../common/certificate-validity.ts';
import { parseFileSecretName } from '../../common/contracts/file-secret-name.ts';
import type { Log } from '../../common/log.ts';
import { followSecret, type FollowedSecret, type SecretState } from './follow-secret.ts';
import { filesOf } from './secret-content.ts';

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

/** Secrets of files, each of which is watched while a stream subscribes to it, and for a minute after. */
export type FollowedSecrets = {
  /** Ignores names that are not of a file secret. */
  subscribe(stream: string, name: string): void;
  unsubscribe(stream: string, name: string): void;
  get(name: string): WatchedSecret | undefined;
  /** Status of the secrets with a subscribed stream. */
  status(): readonly FileSecretStatus[];
  close(): void;
};

/** One watched secret. */
export type WatchedSecret = {
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

/** Creates an empty set of secrets. `onChange` is called for each stream of a secret that changed. */
export function createFollowedSecrets(log: Log, onChange: (stream: string) => void): FollowedSecrets {
  const followed = new Map<string, WatchedSecret>();

  return {
    subscribe(stream, name) {
      const known = followed.get(name);
      if (known !== undefined) {
        clearTimeout(known.evictionTimer);
        known.streams.add(stream);
        return;
      }
      const source = parseFileSecretName(name);
      if (source === undefined) return;
      const streams = new Set([stream]);
      const secret = followSecret(name, source, log, () => streams.forEach(onChange));
      const files = filesOf(source);
      followed.set(name, { secret, files, streams, nack: undefined, evictionTimer: undefined });
    },
    unsubscribe(stream, name) {
      const watched = followed.get(name);
      watched?.streams.delete(stream);
      if (watched?.streams.size !== 0) return;
      watched.evictionTimer = setTimeout(() => {
        watched.secret.close();
        followed.delete(name);
      }, EVICTION_MS).unref();
    },
    get: (name) => followed.get(name),
    status: () =>
      [...followed]
        .filter(([, { streams }]) => streams.size > 0)
        .map(([name, watched]) => describe(name, watched)),
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
