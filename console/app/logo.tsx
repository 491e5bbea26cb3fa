import type { JSX } from 'preact';

/** The sign of the console: a sun over the horizon. */
export function Logo(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id="dawn" x1="0" y1="1" x2="1" y2="0">
          <stop offset="0" stop-color="#f43f5e" />
          <stop offset="1" stop-color="#fbbf24" />
        </linearGradient>
      </defs>
      <rect width="32" height="32" rx="8" fill="#131a2b" />
      <path d="M6 22a10 10 0 0 1 20 0z" fill="url(#dawn)" />
      <path
        d="M5 25.5h22M16 5v4M5.5 11l2.6 2.6M26.5 11l-2.6 2.6"
        stroke="#fbbf24"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
