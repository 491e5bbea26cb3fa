import { useEffect, useState } from 'preact/hooks';

/** Returns a text that is written later: the newest one. Empty until it is there, and where it cannot be written. `of`: what it depends on. */
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
