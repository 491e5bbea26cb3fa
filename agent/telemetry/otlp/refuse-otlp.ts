import type { ServerResponse } from 'node:http';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { StatusSchema } from '../../../xds/envoy/google/rpc/status_pb.ts';
import { status } from '../../../xds/grpc/status.ts';

/** The types of bodies of OTLP over HTTP. */
export const OTLP_TYPES = ['application/x-protobuf', 'application/json'] as const;

/** A type of bodies. */
export type OtlpType = (typeof OTLP_TYPES)[number];

/**
 * Answers a request that the agent cannot accept, with the message `Status` in the content type of the request.
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export function refuseOtlp(response: ServerResponse, code: 400 | 413, message: string, type: OtlpType): void {
  const body = create(StatusSchema, { code: status.INVALID_ARGUMENT, message });
  response.writeHead(code, { 'content-type': type });
  response.end(type === 'application/json' ? toJsonString(StatusSchema, body) : toBinary(StatusSchema, body));
}
