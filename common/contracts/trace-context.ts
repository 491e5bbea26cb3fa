/** The formats of trace context in headers of requests, by the names of OpenTelemetry's `OTEL_PROPAGATORS`. */
export const TRACE_FORMATS = ['tracecontext', 'xray', 'b3', 'b3multi'] as const;

/** One of these formats: `traceparent`, `x-amzn-trace-id`, `b3`, or `x-b3-traceid` with its siblings. */
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** Formats that a tracer of Envoy reads and writes by itself, and that the others can be converted from. */
const TRACER_FORMATS = ['tracecontext', 'xray'] as const;

/** The trace context of a proxy: the tracer's own format, and the formats to convert it from and to. */
export type TraceContext = {
  readonly own: (typeof TRACER_FORMATS)[number];
  readonly others: readonly TraceFormat[];
};

/** Returns the form in which an agent reports it in `node.metadata.daybreak.traceContext`: `xray/tracecontext`. */
export function traceContextText({ own, others }: TraceContext): string {
  return [own, ...others].join('/');
}

/** Parses that form: the tracer's own format, then at least one other. Undefined if the text has another form. */
export function parseTraceContext(text: string): TraceContext | undefined {
  const [first, ...rest] = text.split('/');
  const own = TRACER_FORMATS.find((format) => format === first);
  const others = rest.flatMap((each) => TRACE_FORMATS.find((format) => format === each) ?? []);
  const isSound = others.length === rest.length && new Set([own, ...others]).size === others.length + 1;
  return own !== undefined && others.length > 0 && isSound ? { own, others } : undefined;
}
