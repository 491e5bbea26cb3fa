import { fromBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import {
  LOOPBACK_BACKEND,
  loopbackCall,
  readLoopbackBackend,
  type LoopbackBackend,
} from '../../common/contracts/loopback-backend.ts';
import { compareText } from '../../common/compare-text.ts';
import type { Log } from '../../common/log.ts';
import { LISTENER, type Resource, type Snapshot } from '../../xds/types.ts';
import { messageField } from '../../xds/wire/wire-cut.ts';
import type { NameFilling } from './listener-names.ts';

/** Field number of envoy.config.listener.v3.Listener. Its schema would load most of Envoy's API into the agent's memory. */
const METADATA = 6;

/** The name filling of a proxy without redirect rules, and the backends that its application calls at ports of loopback. */
export type BackendFollowing = {
  readonly names: NameFilling;
  readonly backends: () => readonly LoopbackBackend[];
};

/** Returns the filling, which also reads the backends of each snapshot, and logs what the application has to call when they change. */
export function followBackends(filling: NameFilling, log: Log): BackendFollowing {
  let backends: readonly LoopbackBackend[] = [];
  return {
    names: {
      ...filling,
      fill(snapshot) {
        const found = backendsIn(snapshot);
        const known = new Set(backends.map(describe));
        for (const each of found)
          if (!known.has(describe(each)))
            log.info({ ...each, call: loopbackCall(each) }, `the application calls ${describe(each)}`);
        backends = found;
        return filling.fill(snapshot);
      },
    },
    backends: () => backends,
  };
}

function describe(backend: LoopbackBackend): string {
  return `${loopbackCall(backend)} for port ${backend.port} of ${backend.service}`;
}

/** Returns the backends of a snapshot's listeners, sorted by name and port. */
function backendsIn(snapshot: Snapshot): readonly LoopbackBackend[] {
  const listeners = [...(snapshot.get(LISTENER)?.resources.values() ?? [])];
  return listeners
    .flatMap((listener) => backendOf(listener) ?? [])
    .toSorted((a, b) => compareText(a.service, b.service) || a.port - b.port);
}

function backendOf({ any }: Resource): LoopbackBackend | undefined {
  const listener = messageField(any, AnySchema.field.value.number);
  const metadata = listener && messageField(listener, METADATA);
  if (metadata === undefined) return undefined;
  return readLoopbackBackend(fromBinary(MetadataSchema, metadata).filterMetadata[LOOPBACK_BACKEND]);
}
