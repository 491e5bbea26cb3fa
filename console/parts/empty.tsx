import type { ComponentChildren, JSX } from 'preact';

/** The text that a page shows in place of a list without entries. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
