import type { Parser } from '../../../common/settings.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Parses a duration in Go's syntax, such as `5s`, `1m30s` or `500ms`, from `min` to `max`. All values are in milliseconds. */
export function goDuration(min: number, max: number): Parser<number> {
  const wanted = `a duration with its unit, such as 5s or 500ms, from ${formatGoDuration(min)} to ${formatGoDuration(max)}`;
  return (text) => {
    const parts = Array.from(text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g));
    if (parts.map(([part]) => part).join('') !== text) return { wanted };
    const value = parts.reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0),
      0,
    );
    return value >= min && value <= max ? { value } : { wanted };
  };
}

/** Formats milliseconds as Go does: `1h2m3s`, `2s`, `500ms`. Truncates durations over a second to whole seconds. */
export function formatGoDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}
