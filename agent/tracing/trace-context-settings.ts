import { list, oneOf, type Parser, type Reader } from '../../common/settings.ts';
import { TRACE_FORMATS, type TraceContext, type TraceFormat } from '../../common/contracts/trace-context.ts';
import { FOREIGN_WORDS } from '../telemetry/settings/foreign-words.ts';
import type { TracingSettings } from './tracing-settings.ts';

/** The format that each tracer reads and writes by itself; Zipkin's and Datadog's do so beside their own format. */
const OWN = {
  xray: 'xray',
  datadog: 'tracecontext',
  jaeger: 'tracecontext',
  opentelemetry: 'tracecontext',
} as const satisfies Readonly<Record<TracingSettings['kind'], TraceContext['own']>>;

/** The default of `OTEL_PROPAGATORS` by tracer. Zipkin's and Datadog's tracers stay as App Mesh had them. */
const USUAL: Readonly<Record<TracingSettings['kind'], readonly TraceFormat[]>> = {
  xray: ['xray', 'tracecontext'],
  datadog: [],
  jaeger: [],
  opentelemetry: ['tracecontext', 'xray'],
};

/**
 * Reads the formats of trace context, `OTEL_PROPAGATORS`. Undefined: the tracer's own format is the only one, or there is no tracer.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTraceContext(
  read: Reader,
  tracing: TracingSettings | undefined,
): TraceContext | undefined {
  const asked = read('OTEL_PROPAGATORS', propagators, tracing === undefined ? [] : USUAL[tracing.kind]);
  if (tracing === undefined) return undefined;
  const own = OWN[tracing.kind];
  const native: readonly TraceFormat[] = tracing.kind === 'jaeger' ? [own, 'b3', 'b3multi'] : [own];
  const others = asked.filter((format) => !native.includes(format));
  // Zipkin's tracer writes W3C's format only if it is asked to.
  const isAsked = others.length > 0 || (tracing.kind === 'jaeger' && asked.includes(own));
  return isAsked ? { own, others } : undefined;
}

/** Baggage passes through every Envoy unchanged. */
const OTHERS = ['baggage', 'none'] as const;
const FOREIGN: readonly string[] = FOREIGN_WORDS.OTEL_PROPAGATORS;

const names = list(oneOf(...TRACE_FORMATS, ...OTHERS));

const propagators: Parser<readonly TraceFormat[]> = (value) => {
  const own = value.split(',').filter((each) => !FOREIGN.includes(each.trim().toLowerCase()));
  const parsed = own.length === 0 ? { value: [] } : names(own.join(','));
  if ('wanted' in parsed) return parsed;
  return { value: TRACE_FORMATS.filter((format) => parsed.value.includes(format)) };
};
