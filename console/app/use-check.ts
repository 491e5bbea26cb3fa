import { useState } from 'preact/hooks';
import { readSpec, type TextForm } from '../model/text/text-form.ts';
import type { Preview } from '../state/change.ts';
import type { Texts } from '../text/texts.ts';
import { useQuestion } from './use-question.ts';

/** A text that was checked: the error of its form, or the answer of the API to it. */
export type Checked = { readonly error: string | undefined; readonly preview: Preview };

/** The check of a text while it is typed. */
export type Check = Checked & {
  /** Checks a text when it has stayed for a while, in place of the text before. `ask`: asks the API; undefined: it cannot be asked yet. */
  readonly check: (text: string, form: TextForm, ask: Ask | undefined) => void;
  readonly stop: () => void;
};

/** Asks the API for the effect of a specification. */
export type Ask = (spec: unknown, signal: AbortSignal) => Promise<Preview>;

/** How long a text has to stay before it is checked, in milliseconds. */
const CHECK_MS = 250;
/** A long text takes its time to be read, in which the page stands still: it has to stay a millisecond longer for each of so many characters. */
const LONGER = 1000;

const NOTHING: Checked = { error: undefined, preview: { state: 'none' } };

/** Returns the check of one editor. It ends with the editor. */
export function useCheck(t: Texts): Check {
  const [checked, setChecked] = useState(NOTHING);
  const { next, stop } = useQuestion();
  const check: Check['check'] = (text, form, ask) => {
    const signal = next();
    const show = (found: Partial<Checked>): void => {
      if (!signal.aborted) setChecked({ ...NOTHING, ...found });
    };
    if (ask === undefined) return show({});
    show({ preview: { state: 'checking' } });
    const look = async (): Promise<void> => {
      if (signal.aborted) return;
      const read = await readSpec(text, form);
      if ('error' in read) show({ error: read.error ?? t.resources.notObject });
      else if (!signal.aborted) show({ preview: await ask(read.spec, signal) });
    };
    setTimeout(() => void look(), CHECK_MS + text.length / LONGER);
  };
  return { ...checked, check, stop };
}
