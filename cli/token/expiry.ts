import { CommandError } from '../errors.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

/**
 * Returns a time of expiry in ISO 8601. `when`: `90d`, `12h` or `30m` from `now` (milliseconds since 1970), or a time in ISO 8601.
 * @throws CommandError for any other text, and for a time in the past
 */
export function expiry(when: string, now: number): string {
  const time = timeOf(when, now);
  if (Number.isNaN(time) || time > 8.64e15) {
    throw new CommandError(
      `--expires ${JSON.stringify(when)}: it has to be a time in ISO 8601, e.g. 2027-01-31T00:00:00Z, or days, hours or minutes from now, e.g. 90d, 12h or 30m`,
    );
  }
  if (time <= now) throw new CommandError(`--expires ${JSON.stringify(when)}: that is past`);
  return new Date(time).toISOString();
}

function timeOf(when: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([dhm])$/.exec(when) ?? [];
  if (count !== undefined) return now + Number(count) * (MILLISECONDS[unit] ?? Number.NaN);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(when)
    ? Date.parse(when)
    : Number.NaN;
}
