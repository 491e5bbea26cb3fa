import { fromBinary } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import { CallError } from './call-error.ts';
import type { GrpcServer } from './server.ts';
import { status } from './status.ts';

/** The path of the health check method ("GRPC Health Checking Protocol"). */
export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';

/** HealthCheckResponse with `status` SERVING or NOT_SERVING. */
const SERVING = Uint8Array.of(8, 1);
const NOT_SERVING = Uint8Array.of(8, 2);

/**
 * Adds `grpc.health.v1.Health/Check` to a server. `services`: the known service names beside the empty one, which stands for the
 * whole server; any other is NOT_FOUND. A call of `Watch` gets UNIMPLEMENTED, after which a client does not call it again (the
 * protocol's health.proto): with `Watch`, an unauthenticated client could keep a stream open.
 */
export function addHealthService(
  server: GrpcServer,
  services: ReadonlySet<string>,
  isServing: () => boolean,
): void {
  server.add(HEALTH_CHECK, (call) => ({
    message(bytes) {
      // HealthCheckRequest has one field, `string service = 1`, at the number of StringValue's field.
      const { value: service } = fromBinary(StringValueSchema, bytes);
      if (service !== '' && !services.has(service)) {
        throw new CallError(status.NOT_FOUND, `this server has no service ${service.slice(0, 200)}`);
      }
      call.write(() => (isServing() ? SERVING : NOT_SERVING));
      call.end(status.OK);
    },
    halfClose: () => call.end(status.OK),
  }));
}
