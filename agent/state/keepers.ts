import { stat } from 'node:fs/promises';
import type { Log } from '../../common/log.ts';
import { CLUSTER, LISTENER } from '../../xds/types.ts';
import { keepFile, type FileKeeper, type KeptContent } from './keep-file.ts';
import type { NodeBinding } from './node-binding.ts';
import { withoutPrivateKeys } from './private-keys.ts';
import { encodeState, type ResourcesByType, type StoredConfig } from './state-format.ts';

/** The configuration to keep. */
export type KeptConfig = {
  /** Resources that Envoy accepted. */
  readonly types: ResourcesByType;
  /** Secrets that Envoy waits for since it started from disk, where their keys are not kept. */
  readonly withoutKeys: readonly string[];
  /** Whether Envoy has an answer for each resource that it asked for. */
  readonly isWhole: boolean;
  /** Whether the control plane is connected, so that this is its configuration now. */
  readonly isLive: boolean;
  /** When this was last the control plane's configuration. */
  readonly liveAt: Date;
  readonly addresses: StoredConfig['addresses'];
};

/** Inputs of both keepers. */
export type KeeperInput = {
  readonly file: string;
  readonly kept: () => KeptConfig;
  readonly binding: NodeBinding;
  readonly log: Log;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/**
 * How precisely a file records when it was last live, in milliseconds. HC_DISCONNECTED_TIMEOUT_S, which counts from that time, is an hour
 * or more.
 */
const REFRESH_MS = 10 * MINUTE;
/** How long a write waits for Envoy to have all that it asked for, in milliseconds. A name may never get an answer. */
const WHOLE_MS = 10 * SECOND;

/** Keeps the agent's own file: written a second after a change. */
export function keepOwn({
  kept,
  binding,
  keys,
  ...rest
}: KeeperInput & { readonly keys: boolean }): FileKeeper {
  const isWhole = wholeOrLongPartial();
  return keepFile({
    ...rest,
    what: 'state file',
    everyMs: SECOND,
    jitter: 0,
    refreshMs: REFRESH_MS,
    content() {
      const config = kept();
      if (!isComplete(config)) return 'none';
      return isWhole(config) ? encode(config, binding, keys) : 'later';
    },
  });
}

/**
 * Keeps the file that all tasks of a node share: never keys, only while the control plane is connected, and not within a minute after
 * another task wrote it.
 */
export function keepFallback({ kept, binding, ...rest }: KeeperInput): FileKeeper {
  const isWhole = wholeOrLongPartial();
  return keepFile({
    ...rest,
    what: 'fallback file',
    everyMs: MINUTE,
    jitter: 0.25,
    refreshMs: REFRESH_MS,
    content() {
      const config = kept();
      return fallbackContent(rest.file, { ...config, isWhole: isWhole(config) }, binding);
    },
  });
}

/** Returns what to write to the shared file now. Takes the configuration at once, so that it does not change meanwhile. */
export async function fallbackContent(
  file: string,
  config: KeptConfig,
  binding: NodeBinding,
): Promise<KeptContent> {
  if (!isComplete(config)) return 'none';
  if (!config.isLive || !config.isWhole) return 'later';
  const facts = await stat(file).catch(() => undefined);
  if (facts !== undefined && Math.abs(Date.now() - facts.mtimeMs) < MINUTE) return 'later';
  return encode(config, binding, false);
}

/** Whether Envoy has all resources that it asked for, or has waited for the others for long enough. */
function wholeOrLongPartial(): (config: KeptConfig) => boolean {
  let partialSince: number | undefined;
  return ({ isWhole }) => {
    if (isWhole) partialSince = undefined;
    else partialSince ??= performance.now();
    return partialSince === undefined || performance.now() - partialSince >= WHOLE_MS;
  };
}

/** Whether an Envoy that starts with this configuration becomes LIVE. */
function isComplete({ types }: KeptConfig): boolean {
  return types.has(CLUSTER) && types.has(LISTENER);
}

function encode(config: KeptConfig, binding: NodeBinding, keys: boolean): readonly Uint8Array[] {
  const { types, removed } = keys ? { types: config.types, removed: [] } : withoutPrivateKeys(config.types);
  const { liveAt, addresses } = config;
  return encodeState({ binding, liveAt, types, withoutKeys: [...removed, ...config.withoutKeys], addresses });
}
