import type { Texts } from './en.ts';

export type { Texts } from './en.ts';

/** Returns a duration for people, in its largest unit. */
export function duration(t: Texts, milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return t.times.seconds(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t.times.minutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t.times.hours(hours) : t.times.days(Math.round(hours / 24));
}

/** Returns how long ago a time was. */
export function ago(t: Texts, iso: string, now: number): string {
  const passed = now - Date.parse(iso);
  return passed < 2000 ? t.times.now : t.times.ago(duration(t, passed));
}

/** Returns a share of 1 in per cent, with a decimal where one is needed. Only nothing is 0 %, and only all of it is 100 %. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1000);
  if (tenths === 0 && share > 0) return '<0.1 %';
  if (tenths === 1000 && share < 1) return '>99.9 %';
  return `${(tenths / 10).toFixed(tenths % 10 === 0 ? 0 : 1)} %`;
}

/** Returns the name of a user from an ARN; in words where authentication was off. */
export function userName(t: Texts, arn: string | undefined): string {
  return arn === undefined ? t.changes.anonymous : arn.slice(arn.lastIndexOf('/') + 1);
}
