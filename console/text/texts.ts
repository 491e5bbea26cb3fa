import { en, type Texts } from './en.ts';
import { ja } from './ja.ts';

export type { Texts } from './en.ts';

/** The languages of the console. Another language is one more file. */
export const LANGUAGES = { en, ja } as const satisfies Record<string, Texts>;

/** The code of a language. */
export type Language = keyof typeof LANGUAGES;

/** Returns the first of the browser's languages that the console has; English without one. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const each of wanted) {
    const [code = ''] = each.split('-');
    if (code in LANGUAGES) return code as Language;
  }
  return 'en';
}

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

/** Returns a share of 1 in per cent, with a decimal where one is needed. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Number.isInteger(value) || value >= 10 ? Math.round(value) : value.toFixed(1)} %`;
}
