import type { JSX } from 'preact';

/** A name that breaks behind its dots, slashes and underscores, if it has to break. */
export function Name({ text }: { text: string }): JSX.Element {
  const parts = text.split(/(?<=[./_])/);
  return (
    <>
      {parts.map((part, index) => (
        <>
          {index === 0 ? null : <wbr />}
          {part}
        </>
      ))}
    </>
  );
}
