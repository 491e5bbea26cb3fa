import { cells, page, section } from './pages.ts';

/** Returns the names of our metrics in Prometheus's text format, sorted. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (daybreak_\w+) /gm)].map(([, name = '']) => name).toSorted();
}

/** Returns the metrics that a section of docs/metrics.md lists, sorted. */
export function documentedMetrics(heading: string): readonly string[] {
  const rows = section(page('docs/metrics.md'), heading).filter((line) => line.startsWith('| `daybreak_'));
  return rows
    .flatMap((row) => [...(cells(row)[0] ?? '').matchAll(/`(daybreak_\w+)`/g)].map(([, name = '']) => name))
    .toSorted();
}
