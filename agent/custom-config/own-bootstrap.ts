import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdminClient } from '../admin/admin-client.ts';
import type { Relay } from '../relay/relay.ts';
import type { AgentState } from '../state/open-state.ts';
import { readConfigFile } from './read-config-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment without `ENVOY_CONFIG_FILE` if that names an empty file, which stands for a generated bootstrap. App Mesh's
 * agent wrote the bootstrap into the file; this one leaves the file empty, because the sockets in the bootstrap change at each start.
 */
export function withoutEmptyConfigFile(env: Environment): Environment {
  const path = env['ENVOY_CONFIG_FILE']?.trim() ?? '';
  return path !== '' && isEmptyFile(path) ? { ...env, ENVOY_CONFIG_FILE: undefined } : env;
}

function isEmptyFile(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && found.size === 0;
  } catch {
    // Reading it will be an error that names the variable.
    return false;
  }
}

/**
 * Returns Envoy's arguments for a bootstrap of the operator. The admin interface moves to the agent's socket, through which the agent
 * supervises Envoy; all else is as in the file.
 * @throws AgentError if the file cannot be read
 */
export function ownBootstrapArgs(path: string, adminSocket: string): readonly string[] {
  readConfigFile('ENVOY_CONFIG_FILE', path);
  const overlay = { admin: { address: { pipe: { path: adminSocket, mode: 0o600 } } } };
  return ['-c', path, '--config-yaml', JSON.stringify(overlay)];
}

/** Stands for the relay of an Envoy that connects to its control plane itself, if it has one. */
export type OwnConnection = Relay & {
  /** Follows Envoy's connection until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>;
};

const UNCONNECTED_POLL_MS = 1000;
/** Envoy's gauge: 1 while its stream to the control plane is open. */
const CONNECTED = 'control_plane.connected_state';

/**
 * Creates a stand-in that serves nothing and asks Envoy's statistics about the connection. An Envoy without a control plane is not
 * connected, and does not count as disconnected either.
 */
export function createOwnConnection(admin: Pick<AdminClient, 'stats'>, pollMs: number): OwnConnection {
  let connected = false;
  let disconnected: { readonly at: Date; readonly ms: number } | undefined;

  async function look(signal: AbortSignal): Promise<void> {
    const gauge = await admin.stats(`^${CONNECTED}$`, signal).then(
      (stats) => stats.get(CONNECTED),
      () => undefined,
    );
    if (signal.aborted) return;
    connected = gauge === 1;
    disconnected = gauge === 0 ? (disconnected ?? { at: new Date(), ms: performance.now() }) : undefined;
  }

  return {
    status: () => ({
      connected,
      configuration: 'none',
      disconnectedSince: disconnected?.at,
      disconnectedMs: disconnected && performance.now() - disconnected.ms,
      endpoint: undefined,
      connectedSince: undefined,
      connectedMs: undefined,
      failure: undefined,
      versions: {},
      lastError: undefined,
      refusals: 0,
      isFirstRefused: false,
      refused: undefined,
      acceptedAt: undefined,
      envoyVersion: '',
      withoutKeys: [],
    }),
    served: () => [],
    forgetStored: () => undefined,
    useNode: () => undefined,
    reconnect: () => undefined,
    kept: () => ({ types: new Map(), withoutKeys: [], isWhole: false, isLive: false, liveAt: new Date() }),
    async watch(signal) {
      while (!signal.aborted) {
        await look(signal);
        const waitMs = connected ? pollMs : Math.min(pollMs, UNCONNECTED_POLL_MS);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    },
    close: async () => undefined,
  };
}

/** Stands for the state on disk: nothing is read or kept, because the configuration is not the agent's. */
export const NO_STATE: AgentState = {
  stored: undefined,
  identityFile: undefined,
  keep: () => undefined,
  changed: () => undefined,
  setAside: async () => undefined,
  status: () => ({
    readFrom: undefined,
    setAside: undefined,
    own: { problem: 'ENVOY_CONFIG_FILE is the whole bootstrap' },
    fallback: undefined,
  }),
  stop: async () => undefined,
};
