import type { TraceContext, TraceFormat } from '../../../../common/contracts/trace-context.ts';

/**
 * Returns the Lua program that writes a request's trace context in the other formats, after Envoy's tracer has written its own. A
 * request whose own header has another form stays as it is. A `tracestate` of another trace is removed.
 */
export function outgoingProgram({ own, others }: TraceContext): string {
  const isForeign = own === 'xray' && others.includes('tracecontext') ? FOREIGN_STATE : '';
  return [
    'function envoy_on_request(handle)',
    '  local headers = handle:headers()',
    ...READ[own],
    `  local sampled = decision and '1' or '0'`,
    ...(isForeign === '' ? [] : [isForeign]),
    ...others.flatMap((format) => WRITE[format]),
    'end',
  ].join('\n');
}

/** Each sets `epoch` (8 digits), `rest` (24 digits), `span` (16 digits) and `decision`. */
const READ: Readonly<Record<TraceContext['own'], readonly string[]>> = {
  xray: [
    `  local own = headers:get('x-amzn-trace-id')`,
    `  local epoch, rest = string.match(own or '', 'Root=1%-(%x+)%-(%x+)')`,
    `  local span = string.match(own or '', 'Parent=(%x+)')`,
    `  if epoch == nil or span == nil or #epoch ~= 8 or #rest ~= 24 or #span ~= 16 then return end`,
    `  local decision = string.find(own, 'Sampled=1', 1, true)`,
  ],
  tracecontext: [
    `  local own = headers:get('traceparent')`,
    `  local trace, span, flags = string.match(own or '', '^00%-(%x+)%-(%x+)%-(%x%x)$')`,
    `  if trace == nil or #trace ~= 32 or #span ~= 16 then return end`,
    `  local epoch, rest = string.sub(trace, 1, 8), string.sub(trace, 9)`,
    `  local decision = tonumber(flags, 16) % 2 == 1`,
  ],
};

const FOREIGN_STATE = [
  `  local before = headers:get('traceparent')`,
  `  if before ~= nil and string.sub(before, 4, 35) ~= epoch .. rest then headers:remove('tracestate') end`,
].join('\n');

const WRITE: Readonly<Record<TraceFormat, readonly string[]>> = {
  xray: [
    `  headers:replace('x-amzn-trace-id', 'Root=1-' .. epoch .. '-' .. rest .. ';Parent=' .. span .. ';Sampled=' .. sampled)`,
  ],
  tracecontext: [
    `  headers:replace('traceparent', '00-' .. epoch .. rest .. '-' .. span .. '-0' .. sampled)`,
  ],
  b3: [`  headers:replace('b3', epoch .. rest .. '-' .. span .. '-' .. sampled)`],
  b3multi: [
    `  headers:replace('x-b3-traceid', epoch .. rest)`,
    `  headers:replace('x-b3-spanid', span)`,
    `  headers:replace('x-b3-sampled', sampled)`,
    `  headers:remove('x-b3-parentspanid')`,
  ],
};
