import { oneOf, type Parser, type Reader } from '../../../common/settings.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';

/** How traces that begin at this proxy are chosen, and whether a decision of the caller precedes. */
export type Sampler =
  /** Part of all traces, from 0 to 1. */
  | { readonly kind: 'ratio'; readonly ratio: number; readonly isParentBased: boolean }
  /** The rules of X-Ray's service, for traces that begin here. */
  | { readonly kind: 'xray' };

const RATIOS = {
  always_on: { ratio: 1, isParentBased: false },
  always_off: { ratio: 0, isParentBased: false },
  traceidratio: { ratio: undefined, isParentBased: false },
  parentbased_always_on: { ratio: 1, isParentBased: true },
  parentbased_always_off: { ratio: 0, isParentBased: true },
  parentbased_traceidratio: { ratio: undefined, isParentBased: true },
} as const;

const SAMPLERS = [...(Object.keys(RATIOS) as (keyof typeof RATIOS)[]), 'xray'] as const;

const USUAL = 'parentbased_always_on';
const FOREIGN: readonly string[] = FOREIGN_WORDS.OTEL_TRACES_SAMPLER;

const samplerName: Parser<(typeof SAMPLERS)[number]> = (value) =>
  FOREIGN.includes(value.toLowerCase()) ? { value: USUAL } : oneOf(...SAMPLERS)(value);

/**
 * Reads `OTEL_TRACES_SAMPLER` and its argument.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readSampler(read: Reader): Sampler {
  const name = read('OTEL_TRACES_SAMPLER', samplerName, USUAL);
  const isRatio = name.endsWith('traceidratio');
  // An argument of another sampler has no effect, as in OpenTelemetry's SDKs.
  const argument = read('OTEL_TRACES_SAMPLER_ARG', isRatio ? ratioOf : () => ({ value: 1 }), 1);
  if (name === 'xray') return { kind: 'xray' };
  const { ratio = argument, isParentBased } = RATIOS[name];
  return { kind: 'ratio', ratio, isParentBased };
}

const ratioOf: Parser<number> = (value) => {
  const ratio = /^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  return ratio >= 0 && ratio <= 1 ? { value: ratio } : { wanted: 'a number from 0 to 1, such as 0.25' };
};
