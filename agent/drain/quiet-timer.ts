import type { Traffic, TrafficSample } from './traffic.ts';

/** One sample of the traffic, taken at some time between `askedAt` and `answeredAt`, in milliseconds. */
export type Sample = {
  readonly traffic: TrafficSample;
  readonly askedAt: number;
  readonly answeredAt: number;
};

/**
 * Measures how long there has been no traffic: no active request or connection in any sample, and no new one between samples, which gauges
 * alone do not show. Call the returned function with each sample, or undefined if Envoy did not answer. It returns the milliseconds from
 * the first quiet sample to the last.
 */
export function createQuietTimer(): (sample: Sample | undefined) => number {
  let begun: readonly number[] | undefined;
  let quietSince: number | undefined;
  return (sample) => {
    if (sample === undefined) {
      quietSince = undefined;
      return 0;
    }
    const hasBegun =
      begun === undefined || sample.traffic.begun.some((count, index) => count !== begun?.[index]);
    begun = sample.traffic.begun;
    if (!isNone(sample.traffic.ingress) || !isNone(sample.traffic.egress)) quietSince = undefined;
    else if (hasBegun || quietSince === undefined) quietSince = sample.answeredAt;
    return quietSince === undefined ? 0 : Math.max(0, sample.askedAt - quietSince);
  };
}

function isNone({ requests, connections }: Traffic): boolean {
  return requests === 0 && connections === 0;
}
