import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { PLAIN_CALLERS_PATH } from '../../common/contracts/identity-secrets.ts';
import type { PlainCaller } from '../../common/contracts/agent-channel/state.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { status } from '../../xds/grpc/status.ts';
import { valuesAt } from '../../xds/wire/values-at.ts';

/** The callers without mutual TLS, from Envoy's access log of the connections and requests that came in plain text. */
export type PlainCallers = {
  /** Adds the access log service to the server of Envoy. */
  readonly addTo: (server: GrpcServer) => void;
  /** The latest first. Times are whole minutes, so that the list changes once a minute at most. */
  readonly list: () => readonly PlainCaller[];
};

/** The most callers that are kept, the latest ones. */
const MOST = 200;
/** How long a caller is kept, in milliseconds: 30 days, the longest window of a control plane. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const MINUTE = 60_000;

// Decoded by hand, because the generated types of the log entries load most of Envoy's API and need memory.
// Field numbers: envoy/service/accesslog/v3/als.proto, envoy/data/accesslog/v3/accesslog.proto, envoy/config/core/v3/address.proto.
const MESSAGE = { tcpLogs: 3 } as const;
const LOGS = { entry: 1 } as const;
const ENTRY = { common: 1 } as const;
const COMMON = { remote: 2, local: 3 } as const;
const ADDRESS = { socket: 1 } as const;
const SOCKET = { address: 2, port: 3 } as const;

/** Creates an empty list. `now`: milliseconds since 1970. */
export function createPlainCallers(now: () => number = Date.now): PlainCallers {
  const callers = new Map<string, PlainCaller>();

  function take(message: Uint8Array): void {
    const last = Math.floor(now() / MINUTE) * MINUTE;
    for (const common of valuesAt(message, [MESSAGE.tcpLogs, LOGS.entry, ENTRY.common])) {
      const [remote] = valuesAt(common, [COMMON.remote, ADDRESS.socket]);
      const [local] = valuesAt(common, [COMMON.local, ADDRESS.socket]);
      if (remote === undefined) continue;
      const [address] = valuesAt(remote, [SOCKET.address]);
      if (address === undefined) continue;
      const text = Buffer.from(address).toString();
      callers.delete(text);
      callers.set(text, { address: text, port: local === undefined ? 0 : portOf(local), last });
      const [oldest] = callers.keys();
      if (callers.size > MOST && oldest !== undefined) callers.delete(oldest);
    }
  }

  return {
    addTo: (server) =>
      server.add(PLAIN_CALLERS_PATH, (call) => {
        call.sendHeaders();
        return {
          message: take,
          halfClose: () => call.end(status.OK),
        };
      }),
    list() {
      for (const [address, { last }] of callers) if (last + KEPT_MS < now()) callers.delete(address);
      return [...callers.values()].toReversed();
    },
  };
}

function portOf(socket: Uint8Array): number {
  const reader = new BinaryReader(socket);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === SOCKET.port && wireType === WireType.Varint) return reader.uint32();
    reader.skip(wireType, number);
  }
  return 0;
}
