import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** A row of numbers over time: requests, and those that failed. */
export type ChartProps = {
  /** What it shows, for a screen reader. */
  readonly label: string;
  /** Seconds since 1970, oldest first. */
  readonly times: readonly number[];
  readonly requests: readonly (number | null)[];
  readonly errors: readonly (number | null)[];
};

const SIZE = { width: 286, height: 120 } as const;

/** A small chart of requests and errors a second. */
export function Chart({ label, times, requests, errors }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const color = (name: string): string => getComputedStyle(element).getPropertyValue(name);
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--line') }, font: '11px sans-serif' };
    plot.current = new uPlot(
      {
        ...SIZE,
        legend: { show: false },
        cursor: { show: false },
        series: [
          {},
          { stroke: color('--flow'), width: 1.6, fill: `${color('--flow')}22` },
          { stroke: color('--bad'), width: 1.6 },
        ],
        axes: [axis, { ...axis, size: 38 }],
      },
      dataOf(times, requests, errors),
      element,
    );
    return () => plot.current?.destroy();
  }, []);
  useEffect(() => plot.current?.setData(dataOf(times, requests, errors)), [times, requests, errors]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}

function dataOf(...rows: readonly (readonly (number | null)[])[]): uPlot.AlignedData {
  return rows.map((row) => [...row]) as unknown as uPlot.AlignedData;
}
