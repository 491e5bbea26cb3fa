import { SECRET, type Snapshot, type TypeUrl } from '../../xds/types.ts';
import { holdSecrets } from './hold-secrets.ts';

/** Secrets that the configuration from disk lacks, because their keys are not kept. */
export type MissingSecrets = {
  readonly names: () => readonly string[];
  /** Envoy has subscribed to a type: the time limit of the hold begins. */
  readonly begin: () => void;
  /** The control plane has sent an update of a type, with or without these resources. */
  readonly updated: (typeUrl: TypeUrl, names: Iterable<string>) => void;
  /** Envoy no longer asks for these resources. */
  readonly dropped: (typeUrl: TypeUrl, names: Iterable<string>) => void;
  /** The control plane is away. */
  readonly lost: () => void;
  /** Removes secrets from a configuration while the control plane may still send the missing ones. */
  readonly filter: (snapshot: Snapshot) => Snapshot;
  readonly clear: () => void;
  readonly close: () => void;
};

/** Starts with the secrets that are not on disk. Calls `onEnd` when `filter` no longer leaves secrets out. */
export function createMissingSecrets(
  withoutKeys: readonly string[] | undefined,
  onEnd: () => void,
): MissingSecrets {
  const missing = new Set(withoutKeys);
  const hold = holdSecrets(missing.size > 0, onEnd);

  function dropped(typeUrl: TypeUrl, names: Iterable<string>): void {
    if (typeUrl === SECRET) for (const name of names) missing.delete(name);
  }

  return {
    names: () => [...missing],
    begin: () => hold.begin(),
    updated(typeUrl, names) {
      dropped(typeUrl, names);
      if (typeUrl === SECRET) hold.end();
    },
    dropped,
    lost: () => hold.end(),
    filter: (snapshot) => hold.filter(snapshot),
    clear: () => missing.clear(),
    close: () => hold.close(),
  };
}
