import type { TraceContext, TraceFormat } from '../../../../common/contracts/trace-context.ts';

/** A header to add to a request that lacks it, before Envoy's tracer reads it. */
export type IncomingHeader = { readonly key: string; readonly value: string };

/** The header of a tracer's own format. */
const HEADERS = { xray: 'x-amzn-trace-id', tracecontext: 'traceparent' } as const;

/** Templates of the headers. The groups of the expressions below are the first 8 and the other 24 digits of the trace, and the span. */
const FORMS = {
  xray: (sampled: string) => `Root=1-\\1-\\2;Parent=\\3;Sampled=${sampled}`,
  tracecontext: (sampled: string) => `00-\\1\\2-\\3-0${sampled}`,
} as const;

const FOURTH = '\\4';

/**
 * Returns the headers in the tracer's own format, one for each form of each other format. All are made with CEL, because nothing else
 * runs before the tracer in every supported Envoy. A context without a decision on sampling is no context, as for OpenTelemetry's
 * propagators: `Root=…` alone, from a load balancer, would otherwise count as a decision.
 *
 * Expressions stay small: from 1.38 on, Envoy yields nothing, without an error, if one exceeds about 100 instructions of RE2.
 */
export function incomingHeaders({ own, others }: TraceContext): readonly IncomingHeader[] {
  const key = HEADERS[own];
  const forms = new Set(others.flatMap((format) => EXPRESSIONS[format](FORMS[own])));
  // CEL takes `\\` in a string for one backslash.
  return [...forms].map((expression) => ({ key, value: `%CEL(${expression.replaceAll('\\', '\\\\')})%` }));
}

/**
 * Returns a header that makes Envoy trace a request that its caller has sampled, independent of Envoy's own rate. With any value, the
 * header is the client's wish to trace the request.
 */
export function sampledParent(): IncomingHeader {
  const expression = `re.extract(${header_('traceparent')},'^00-[^-]+-([^-]+)-.[13579bdf]$','\\\\1')`;
  return { key: 'x-client-trace-id', value: `%CEL(${expression})%` };
}

type Form = (sampled: string) => string;

const EXPRESSIONS: Readonly<Record<TraceFormat, (form: Form) => readonly string[]>> = {
  /** The last digit is odd if the trace is sampled (W3C Trace Context, level 2, has a second flag). */
  tracecontext: (form) => {
    const parts = "'^00-([0-9a-f]{8})([^-]+)-([^-]+)-.";
    const header = header_('traceparent');
    return [
      `re.extract(${header},${parts}[13579bdf]$','${form('1')}')`,
      `re.extract(${header},${parts}[02468ace]$','${form('0')}')`,
    ];
  },
  /** Both orders of X-Ray's SDKs; `Self` may stand before, and further fields after. */
  xray: (form) => {
    const header = header_('x-amzn-trace-id');
    const root = "'Root=1-([0-9a-f]{8})-([^;]+); ?";
    return [
      `re.extract(${header},${root}Parent=([^;]+); ?Sampled=([01])','${form(FOURTH)}')`,
      `re.extract(${header},${root}Sampled=([01]); ?Parent=([^;]+)','${swapped(form)}')`,
    ];
  },
  /** A short trace id, which gets leading zeros, before a long one: the expression of the long one fits both. */
  b3: (form) => {
    const header = header_('b3');
    return [
      `re.extract(${header},'^([0-9a-f]{16})-([^-]+)-([01])','${shortened(form)}')`,
      `re.extract(${header},'^([0-9a-f]{8})([^-]+)-([^-]+)-([01])','${form(FOURTH)}')`,
    ];
  },
  /** `b3multi` is not read: CEL in Envoy cannot concatenate the texts of several headers. */
  b3multi: () => [],
};

/** The form for an expression whose first group is a trace id of 16 digits. */
function shortened(form: Form): string {
  return form('\\S')
    .replace(/\\1(-?)\\2/, '00000000$100000000\\1')
    .replace('\\3', '\\2')
    .replace('\\S', '\\3');
}

/** The form for an expression whose third group is the decision, and whose fourth is the span. */
function swapped(form: Form): string {
  return form('\\S').replaceAll('\\3', FOURTH).replaceAll('\\S', '\\3');
}

function header_(name: string): string {
  return `request.headers['${name}']`;
}
