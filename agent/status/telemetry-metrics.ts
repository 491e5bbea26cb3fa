import type { TelemetryStatus } from '../telemetry/telemetry.ts';
import { metric, type Sample } from './metric-text.ts';

const PREFIX = 'daybreak_agent_telemetry';

/** Renders the counts of the telemetry that passes through the agent. */
export function telemetryMetrics(telemetry: TelemetryStatus | undefined): readonly string[] {
  const { inputs = [], outputs = [], series } = telemetry ?? {};
  const counter = (name: string, help: string, samples: readonly Sample[]) =>
    metric('counter', `${PREFIX}_${name}_total`, help, samples);
  const gauge = (name: string, help: string, samples: readonly Sample[]) =>
    metric('gauge', `${PREFIX}_${name}`, help, samples);
  const ofInput = (pick: (input: (typeof inputs)[number]) => number | undefined) =>
    inputs.flatMap((each): Sample[] => {
      const value = pick(each);
      return value === undefined ? [] : [[{ input: each.input }, value]];
    });
  const ofOutput = (pick: (output: (typeof outputs)[number]) => number) =>
    outputs.map((each): Sample => [{ output: each.output }, pick(each)]);
  return [
    counter(
      'received',
      'Items of telemetry that arrived.',
      ofInput(({ received }) => received),
    ),
    counter(
      'invalid',
      'Items that the agent could not read.',
      ofInput(({ invalid }) => invalid),
    ),
    counter(
      'kernel_dropped',
      'Datagrams that the kernel dropped because the agent read too slowly.',
      ofInput(({ kernelDropped }) => kernelDropped),
    ),
    counter(
      'sent',
      'Items that a receiver has taken.',
      ofOutput(({ sent }) => sent),
    ),
    counter(
      'rejected',
      'Items that a receiver did not take.',
      ofOutput(({ rejected }) => rejected),
    ),
    counter(
      'dropped',
      'Items that the agent dropped because it could not reach a receiver.',
      ofOutput(({ dropped }) => dropped),
    ),
    gauge(
      'waiting',
      'Items that wait for a receiver.',
      ofOutput(({ waiting }) => waiting),
    ),
    gauge(
      'failing',
      'Whether a receiver takes no items.',
      ofOutput(({ state }) => Number(state === 'failing')),
    ),
    gauge('series', 'Series that the agent keeps.', series === undefined ? [] : [[{}, series.count]]),
    counter(
      'refused_values',
      'Values of series above the limit.',
      series === undefined ? [] : [[{}, series.refused]],
    ),
  ];
}
