import { useEffect, useState } from 'preact/hooks';

/** Returns the newest text that `write` has produced; empty before that, and if it fails. `of`: the dependencies, as those of an effect. */
export function useText(write: () => Promise<string>, of: readonly unknown[]): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let isNewest = true;
    const show = (written: string): void => {
      if (isNewest) setText(written);
    };
    write().then(show, () => show(''));
    return () => {
      isNewest = false;
    };
  }, of);
  return text;
}
