import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Texts } from '../text/texts.ts';
import { Icon } from './icon.tsx';

/** A command, with a button that copies it. */
export function Command({ t, text }: { t: Texts; text: string }): JSX.Element {
  return (
    <div class="command">
      <code tabIndex={0}>{text}</code>
      <CopyButton t={t} text={text} />
    </div>
  );
}

/** A button that copies a text. */
export function CopyButton({ t, text }: { t: Texts; text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without TLS, a browser has no clipboard beyond loopback, but takes what an event of copying gives.
      if (!copyByEvent(text)) return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" class="button slim" onClick={() => void copy()}>
      <Icon name="copy" />
      {copied ? t.resources.copied : t.resources.copy}
    </button>
  );
}

/** Copies a text as the browser's own command does, with the text in the place of the selection. Returns whether it could. */
function copyByEvent(text: string): boolean {
  const give = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', give);
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without TLS
  const isDone = document.execCommand('copy');
  document.removeEventListener('copy', give);
  return isDone;
}
