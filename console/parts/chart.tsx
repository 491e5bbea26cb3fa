import type { JSX } from 'preact';
import { rateText } from '../model/figures/figures.ts';
import { pathOf, ticksTo, timesBetween } from '../model/figures/ticks.ts';

/** A row of numbers over time: requests, and those that failed. */
export type ChartProps = {
  /** The description for a screen reader. */
  readonly label: string;
  /** Seconds since 1970, oldest first. */
  readonly times: readonly number[];
  readonly requests: readonly (number | null)[];
  readonly errors: readonly (number | null)[];
};

const SIZE = { width: 286, height: 124 } as const;
/** Where the lines are: beside and above the numbers of the axes. */
const PLOT = { left: 40, right: 280, top: 8, bottom: 104 } as const;

/** A small chart of requests and errors a second. */
export function Chart({ label, times, requests, errors }: ChartProps): JSX.Element {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const ticks = ticksTo(Math.max(0, ...[...requests, ...errors].map((value) => value ?? 0)));
  const most = ticks.at(-1) ?? 1;
  const x = (time: number): number =>
    PLOT.left + ((time - first) / Math.max(1, last - first)) * (PLOT.right - PLOT.left);
  const y = (value: number): number => PLOT.bottom - (value / most) * (PLOT.bottom - PLOT.top);
  return (
    <svg class="chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <path class="grid" d={`M${PLOT.left} ${y(tick)}H${PLOT.right}`} />
          <text class="number" x={PLOT.left - 6} y={y(tick) + 4}>
            {tick < 1000 ? +tick.toPrecision(2) : rateText(tick)}
          </text>
        </g>
      ))}
      {timesBetween(first, last).map((time) => (
        <text key={time} class="time" x={x(time)} y={SIZE.height - 4}>
          {clock(time)}
        </text>
      ))}
      <path class="requests" d={pathOf(times, requests, x, y)} />
      <path class="errors" d={pathOf(times, errors, x, y)} />
    </svg>
  );
}

/** The time of day, as in `09:05`. */
function clock(seconds: number): string {
  const time = new Date(seconds * 1000);
  return [time.getHours(), time.getMinutes()].map((part) => `${part}`.padStart(2, '0')).join(':');
}
