import { batch } from '@preact/signals';
import { LANGUAGES, type Language } from '../text/languages.ts';
import { language, texts } from './state.ts';

let wanted: Language | undefined;

/** Shows the texts of a language once they are loaded. Where they cannot be loaded, the texts stay as they are. */
export async function speak(code: Language): Promise<void> {
  wanted = code;
  const table = await LANGUAGES[code].load().catch(() => undefined);
  if (table === undefined || wanted !== code) return;
  batch(() => {
    texts.value = table;
    language.value = code;
  });
}
