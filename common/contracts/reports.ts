// Live figures of a mesh, as JSON: the requests that each proxy sends along each line of the map. The agents count them, and the control
// plane keeps the last 15 minutes while a client watches.
//
//   GET /reports?mesh=M[&meshOwner=ACCOUNT][&seconds=900]   one `LiveFigures`. Asking begins to watch: the first answer may be empty
//   GET /reports/stream?mesh=M[&meshOwner=ACCOUNT]          SSE. Each event is called `figures` and holds a `LiveFigures`: the first one
//                                                           with all kept slots, each later one with the slots that ended since. Errors
//                                                           that end the stream are events called `problem`, with a `StreamProblem`
//   GET /reports/latencies?mesh=M[&meshOwner=…]&from=virtualNode/A[&to=virtualNode/B][&seconds=5]
//   GET /reports/latencies?mesh=M[&meshOwner=…]&proxy=HOST:PORT[&seconds=5]       one `Latencies`
//
// All need the action `daybreak:GetReports`. Too many readers: 503 with `retry-after`.

/** The length of a slot, in seconds. */
export const SLOT_SECONDS = 5;

/** How long the control plane keeps figures in memory, in seconds. */
export const KEPT_SECONDS = 900;

/** Figures of a mesh in consecutive slots. */
export type LiveFigures = {
  readonly mesh: string;
  /** The account that owns the mesh. */
  readonly meshOwner: string;
  /** `agents`: counted by the agents. `prometheus`: read from the server of `--prometheus`, for more than the last 15 minutes. */
  readonly source: 'agents' | 'prometheus';
  /** Length of each slot, in seconds: 5, or the step of the longer range. */
  readonly slotSeconds: number;
  /** When each slot began, in milliseconds since 1970, oldest first. Empty: no slot has ended yet. */
  readonly times: readonly number[];
  readonly lines: readonly FiguresLine[];
  /** Lines that are not in `lines` because the mesh has too many. The lines with the most requests are kept. */
  readonly linesLeftOut: number;
  /** Proxies whose figures are in the last slot. */
  readonly reporting: number;
  /** Whose figures are missing in the last slot, at most 100. Empty if the figures are complete. */
  readonly missing: readonly MissingFigures[];
};

/** A proxy's resource. */
export type FiguresCaller = { readonly kind: 'virtualNode' | 'virtualGateway'; readonly name: string };

/**
 * The receiver of requests. `application`: the caller's own application, so the line has the requests that the node received.
 * `outside`: hosts outside the mesh.
 */
export type FiguresTarget =
  | { readonly kind: 'virtualNode'; readonly name: string }
  | { readonly kind: 'application' }
  | { readonly kind: 'outside' };

/** One line of the map: an Envoy cluster of a caller. All proxies of the caller are summed. Each list has one number per slot. */
export type FiguresLine = {
  readonly from: FiguresCaller;
  readonly to: FiguresTarget;
  /** The name of Envoy's cluster. `from` and `cluster` identify a line. */
  readonly cluster: string;
  /** `connections`: `requests` counts connections, and `errors` has no meaning, because Envoy counts no failures of TCP. */
  readonly unit: 'requests' | 'connections';
  /** Requests that began, retries included. Null: no proxy of the caller reported in that slot. */
  readonly requests: readonly (number | null)[];
  /** Requests that ended with a 5xx status or without a response. */
  readonly errors: readonly (number | null)[];
  /** Requests in progress, on average over the slot. */
  readonly active: readonly (number | null)[];
};

/** Figures that are missing, and why. */
export type MissingFigures =
  | {
      /**
       * `old agent`: it has no agent, or one of a version that cannot report, or a bootstrap of the operator's own. `waiting`: it was
       * asked and has not reported for three slots.
       */
      readonly reason: 'old agent' | 'waiting';
      readonly proxy: FiguresCaller;
      /** The address of the proxy's stream, `HOST:PORT`. */
      readonly peer: string;
    }
  | {
      /** Another replica does not answer, or not in full: its proxies are missing. */
      readonly reason: 'replica';
      /** A name that the replica chose at its start. */
      readonly replica: string;
    };

/** Why a stream of figures ends. */
export type StreamProblem = { readonly message: string };

/** Latencies of the requests that proxies send, read from their Envoys on demand. */
export type Latencies = {
  readonly mesh: string;
  readonly meshOwner: string;
  /** The time that the figures cover, in seconds; 0: since the start of each Envoy. */
  readonly seconds: number;
  readonly lines: readonly LatencyLine[];
  /** Proxies that answered. */
  readonly reporting: number;
  readonly missing: readonly MissingFigures[];
};

/** Latencies of one line; all proxies that were asked are merged. */
export type LatencyLine = {
  readonly from: FiguresCaller;
  readonly to: FiguresTarget;
  readonly cluster: string;
  /**
   * Latencies in milliseconds, from the request's last byte to the response's; null: there was no request. Envoy does not tell latencies of
   * one status class from another's.
   */
  readonly milliseconds: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  /** Responses by class of their status. */
  readonly responses: Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number>>;
};
