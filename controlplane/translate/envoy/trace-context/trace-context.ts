import type { MessageInitShape } from '@bufbuild/protobuf';
import { HeaderValueOption_HeaderAppendAction as Append } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { LuaSchema } from '#envoy/envoy/extensions/filters/http/lua/v3/lua_pb.ts';
import type { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import type { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { UpstreamCodecSchema } from '#envoy/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.ts';
import { HeaderMutationSchema } from '#envoy/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.ts';
import { parseTraceContext } from '../../../../common/contracts/trace-context.ts';
import { extension } from '../typed.ts';
import { incomingHeaders, sampledParent } from './incoming.ts';
import { outgoingProgram } from './outgoing.ts';

type ManagerInit = Exclude<MessageInitShape<typeof HttpConnectionManagerSchema>, { $typeName: string }>;
type RouterInit = Exclude<MessageInitShape<typeof RouterSchema>, { $typeName: string }>;

/**
 * Returns the part of a connection manager that converts incoming trace context into the tracer's own format: no tracer of Envoy reads
 * the formats of others. It precedes the tracer, which precedes every HTTP filter. `sampledParents`: as the feature of that name.
 */
export function convertIncoming(reported: string | undefined, sampledParents: boolean): ManagerInit {
  const context = reported === undefined ? undefined : parseTraceContext(reported);
  const headers = [
    ...(context === undefined ? [] : incomingHeaders(context)),
    // Last: it reads the header that those before it make.
    ...(sampledParents ? [sampledParent()] : []),
  ];
  if (headers.length === 0) return {};
  const mutations = headers.map((header) => ({
    action: {
      case: 'append' as const,
      value: { header, appendAction: Append.ADD_IF_ABSENT },
    },
  }));
  const name = 'envoy.http.early_header_mutation.header_mutation';
  return {
    earlyHeaderMutationExtensions: [named(extension(name, HeaderMutationSchema, { mutations }))],
  };
}

/**
 * Returns the part of a router that writes the other formats beside the tracer's own. A filter of the upstream chain, because the tracer
 * writes its header after all filters of the listener.
 */
export function convertOutgoing(reported: string | undefined): RouterInit {
  const context = reported === undefined ? undefined : parseTraceContext(reported);
  if (context === undefined) return {};
  const defaultSourceCode = {
    specifier: { case: 'inlineString' as const, value: outgoingProgram(context) },
  };
  return {
    upstreamHttpFilters: [
      extension('envoy.filters.http.lua', LuaSchema, { defaultSourceCode }),
      extension('envoy.filters.http.upstream_codec', UpstreamCodecSchema, {}),
    ],
  };
}

/** Turns an extension into a `TypedExtensionConfig`. */
function named({ name, configType }: ReturnType<typeof extension>) {
  return { name, typedConfig: configType.value };
}
