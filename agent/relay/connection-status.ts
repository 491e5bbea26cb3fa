import type { Log } from '../../common/log.ts';
import { coded } from '../codes.ts';
import { describeFailure, type UpstreamFailure } from '../upstreams/describe-failure.ts';

/** Status of the connection to the control plane. */
export type ConnectionStatus = {
  readonly connected: boolean;
  /** The server that accepted the stream, `host:port` as it was reached; undefined while disconnected. */
  readonly endpoint: string | undefined;
  readonly connectedSince: Date | undefined;
  /** The time since then in milliseconds, by a clock that never jumps. */
  readonly connectedMs: number | undefined;
  /**
   * When the connection to the control plane was lost; undefined while connected. For a configuration from disk: when an earlier agent
   * lost it.
   */
  readonly disconnectedSince: Date | undefined;
  /** The time since then in milliseconds. The part of it in this process is measured by a clock that never jumps. */
  readonly disconnectedMs: number | undefined;
  /** Why the last connection or attempt failed, as one text. It stays after a later attempt succeeded. */
  readonly lastError: string | undefined;
  /** The same in parts; undefined while connected. */
  readonly failure: UpstreamFailure | undefined;
};

/** Keeps and logs the state of the connection to the control plane. */
export type ConnectionReport = {
  readonly report: (state: 'connected' | 'disconnected', detail: string) => void;
  readonly status: () => ConnectionStatus;
};

/** Returns a server of TLS at an endpoint of the settings that says plaintext, and undefined for any other endpoint. */
export type TlsProbe = (endpoint: string) => Promise<boolean>;

/** Grace period of a control plane that has accepted the stream and not sent a configuration yet, in milliseconds. */
export const CONFIG_MS = 10_000;

/** The words of `CONFIG_MISSING`. */
export const NO_CONFIGURATION =
  'connected, and the control plane has no configuration for this node: it does not know the resource';

/** Time between two probes. */
const PROBE_EVERY_MS = 30_000;

/** Inputs of a report. */
export type ConnectionReportOptions = {
  readonly log: Log;
  /** Tells why a plaintext connection was lost without an answer. Default: no probe. */
  readonly isTls?: TlsProbe | undefined;
  /** When the control plane was last connected, at the start of the agent. */
  readonly since: Date;
  /** Whether there is a configuration to serve to Envoy. */
  readonly hasConfiguration: () => boolean;
  /** Called for each lost connection and failed attempt. */
  readonly onLost: () => void;
};

/** When a state began. `ms`: the same moment by `performance.now()`. */
type Begin = { readonly at: Date; readonly ms: number };

/** Starts disconnected. */
export function createConnectionReport({
  log,
  isTls = async () => false,
  since,
  hasConfiguration,
  onLost,
}: ConnectionReportOptions): ConnectionReport {
  let connected: (Begin & { readonly endpoint: string }) | undefined;
  let disconnected: Begin | undefined = begunAt(since);
  let lastError: string | undefined;
  let failure: UpstreamFailure | undefined;
  let probedAt = -Infinity;
  let foundTls: string | undefined;

  function fail(detail: string): void {
    connected = undefined;
    disconnected ??= begunAt(new Date());
    lastError = detail;
    const found = describeFailure(detail);
    const isTlsServer = found.code === 'XDS_CONNECTION_LOST' && found.endpoint === foundTls;
    failure = isTlsServer ? { ...found, code: 'XDS_SERVER_IS_TLS' } : found;
    log.warn(coded(failure.code, { detail }), 'disconnected from the control plane');
    onLost();
    if (failure.code === 'XDS_CONNECTION_LOST') void probe(failure);
  }

  async function probe(lost: UpstreamFailure): Promise<void> {
    const now = performance.now();
    if (now - probedAt < PROBE_EVERY_MS) return;
    probedAt = now;
    if (!(await isTls(lost.endpoint))) return;
    foundTls = lost.endpoint;
    if (failure?.endpoint !== lost.endpoint) return;
    failure = { ...failure, code: 'XDS_SERVER_IS_TLS' };
    log.warn(
      coded('XDS_SERVER_IS_TLS', { endpoint: lost.endpoint }),
      'the control plane speaks TLS, and the endpoint says http://',
    );
  }

  return {
    report(state, detail) {
      if (state === 'disconnected') return fail(detail);
      const connection = { endpoint: detail, ...begunAt(new Date()) };
      connected = connection;
      setTimeout(() => {
        if (connected !== connection || hasConfiguration()) return;
        log.warn(coded('CONFIG_MISSING', { endpoint: detail }), NO_CONFIGURATION);
      }, CONFIG_MS).unref();
      disconnected = undefined;
      failure = undefined;
      foundTls = undefined;
      log.info({ detail }, 'connected to the control plane');
    },
    status: () => ({
      connected: connected !== undefined,
      endpoint: connected?.endpoint,
      connectedSince: connected?.at,
      connectedMs: connected && performance.now() - connected.ms,
      disconnectedSince: disconnected?.at,
      disconnectedMs: disconnected && performance.now() - disconnected.ms,
      lastError,
      failure,
    }),
  };
}

function begunAt(at: Date): Begin {
  return { at, ms: performance.now() - Math.max(0, Date.now() - at.getTime()) };
}
