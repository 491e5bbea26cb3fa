import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';

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

/** A small chart of requests and errors a second. Its library is loaded when a chart is first shown. */
export function Chart({ label, times, requests, errors }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<uPlot>();
  const data = dataOf(times, requests, errors);
  useEffect(() => {
    let made: uPlot | undefined;
    let isGone = false;
    const draw = async (): Promise<void> => {
      // Without the library, the figures beside the chart say the same.
      const library = await import('uplot').catch(() => undefined);
      if (library === undefined || isGone || place.current === null) return;
      made = new library.default(optionsFor(place.current), data, place.current);
      setPlot(made);
    };
    void draw();
    return () => {
      isGone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => plot?.setData(data), [plot, times, requests, errors]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}

function optionsFor(element: Element): uPlot.Options {
  const color = (name: string): string => getComputedStyle(element).getPropertyValue(name);
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--line') }, font: '11px sans-serif' };
  return {
    ...SIZE,
    legend: { show: false },
    cursor: { show: false },
    series: [
      {},
      { stroke: color('--flow'), width: 1.6, fill: `${color('--flow')}22` },
      { stroke: color('--bad'), width: 1.6 },
    ],
    axes: [axis, { ...axis, size: 38 }],
  };
}

function dataOf(...rows: readonly (readonly (number | null)[])[]): uPlot.AlignedData {
  return rows.map((row) => [...row]) as unknown as uPlot.AlignedData;
}
