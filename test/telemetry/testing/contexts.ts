/** A trace context, of any format. */
export type Context = { readonly trace: string; readonly span: string; readonly sampled: boolean };

/** The ids of the contexts below. */
export const TRACE = '67891233abcdef012345678912345678';
export const SPAN = '463ac35c9f6413ad';

const ROOT = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;

/** Headers of a caller, each with the same trace and span. */
export const HEADERS: Readonly<
  Record<string, { readonly headers: Readonly<Record<string, string>>; readonly sampled: boolean }>
> = {
  'traceparent, sampled': { headers: { traceparent: `00-${TRACE}-${SPAN}-01` }, sampled: true },
  'traceparent, not sampled': { headers: { traceparent: `00-${TRACE}-${SPAN}-00` }, sampled: false },
  'traceparent with a second flag': { headers: { traceparent: `00-${TRACE}-${SPAN}-03` }, sampled: true },
  'x-amzn-trace-id, sampled': {
    headers: { 'x-amzn-trace-id': `${ROOT};Parent=${SPAN};Sampled=1` },
    sampled: true,
  },
  'x-amzn-trace-id, not sampled, with a further field': {
    headers: { 'x-amzn-trace-id': `${ROOT};Parent=${SPAN};Sampled=0;Lineage=a:1|b:2` },
    sampled: false,
  },
  'x-amzn-trace-id in another order, with spaces': {
    headers: { 'x-amzn-trace-id': `${ROOT}; Sampled=1; Parent=${SPAN}` },
    sampled: true,
  },
  "x-amzn-trace-id with a load balancer's Self": {
    headers: {
      'x-amzn-trace-id': `Self=1-67891234-12456789abcdef0123456789;${ROOT};Parent=${SPAN};Sampled=1`,
    },
    sampled: true,
  },
  'b3, sampled': { headers: { b3: `${TRACE}-${SPAN}-1` }, sampled: true },
  'b3, not sampled, with a parent': { headers: { b3: `${TRACE}-${SPAN}-0-${SPAN}` }, sampled: false },
};

const FORMS = {
  tracecontext: /^traceparent: 00-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-0(?<sampled>[01])\r?$/m,
  xray: /^x-amzn-trace-id: Root=1-(?<trace>[0-9a-f]{8}-[0-9a-f]{24});Parent=(?<span>[0-9a-f]{16});Sampled=(?<sampled>[01])\r?$/m,
  b3: /^b3: (?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<sampled>[01])\r?$/m,
};

/** Returns the trace contexts in the header lines of a text, by format. */
export function contextsOf(text: string): Readonly<Partial<Record<keyof typeof FORMS, Context>>> {
  const found = Object.entries(FORMS).flatMap(([format, form]) => {
    const { trace = '', span = '', sampled } = form.exec(text)?.groups ?? {};
    if (trace === '') return [];
    return [[format, { trace: trace.replace('-', ''), span, sampled: sampled === '1' }] as const];
  });
  return Object.fromEntries(found);
}
