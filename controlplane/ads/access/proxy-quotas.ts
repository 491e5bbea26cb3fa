import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';

/** Limits on connected proxies; undefined: no limit. */
export type ProxyQuotas = {
  readonly proxies: number | undefined;
  /** Per resource, e.g. a virtual node. */
  readonly proxiesPerResource: number | undefined;
};

/** Counts connected proxies. A proxy with several streams over one connection counts once. */
export type ProxyCount = {
  /** Counts a stream until the returned function is called. Throws a CallError RESOURCE_EXHAUSTED if that exceeds a limit. */
  enter(resource: string, peer: string): () => void;
};

/** Creates a count that starts at zero. */
export function countProxies({ proxies, proxiesPerResource }: ProxyQuotas): ProxyCount {
  const resources = new Map<string, Map<string, number>>();
  let total = 0;

  function requireRoom(resource: string, there: number): void {
    if (proxiesPerResource !== undefined && there >= proxiesPerResource) {
      throw tooMany(
        `${resource} has ${there} connected proxies, and --max-proxies-per-resource allows no more`,
      );
    }
    if (proxies !== undefined && total >= proxies) {
      throw tooMany(`there are ${total} connected proxies, and --max-proxies allows no more`);
    }
  }

  return {
    enter(resource, peer) {
      const peers = resources.get(resource) ?? new Map<string, number>();
      const streams = peers.get(peer) ?? 0;
      if (streams === 0) {
        requireRoom(resource, peers.size);
        total += 1;
      }
      peers.set(peer, streams + 1);
      resources.set(resource, peers);
      return () => {
        const left = (peers.get(peer) ?? 1) - 1;
        if (left > 0) return void peers.set(peer, left);
        peers.delete(peer);
        total -= 1;
        if (peers.size === 0) resources.delete(resource);
      };
    },
  };
}

function tooMany(message: string): CallError {
  return new CallError(status.RESOURCE_EXHAUSTED, message);
}
