import { en, type Texts } from './en.ts';

/** A language of the console: its own name, and its table of texts, which the browser loads when it is chosen. */
type Entry = { readonly name: string; readonly load: () => Promise<Texts> };

/** The languages of the console. A further one is a file like `ja.ts`, and a line here. */
export const LANGUAGES = {
  en: { name: 'English', load: async () => en },
  ja: { name: '日本語', load: async () => (await import('./ja.ts')).ja },
} as const satisfies Record<string, Entry>;

/** The code of a language. */
export type Language = keyof typeof LANGUAGES;

/** Whether the console has a language. */
export function isLanguage(code: string): code is Language {
  return Object.hasOwn(LANGUAGES, code);
}

/** Returns the first of the browser's languages that the console has; English without one. */
export function chooseLanguage(wanted: readonly string[]): Language {
  const codes = wanted.map((each) => each.split('-')[0] ?? '');
  return codes.find(isLanguage) ?? 'en';
}
