/**
 * Describes an unexpected error on one line: name, code, message, and the source position. The stack belongs only in the debug
 * log.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return `a value other than an Error was thrown: ${oneLine(String(error))}`;
  const { name, message, stack = '' } = error;
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const place = FRAME.exec(stack)?.[1];
  return `${name}${code}: ${oneLine(message)}${place === undefined ? '' : ` (${place})`}`;
}

/** Matches the innermost stack line outside Node itself: file, line, column. */
const FRAME = /^ +at (?!.*\(?node:)(?:.*\()?(?:file:\/\/)?([^()\s]+:\d+:\d+)\)?$/m;

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}

/**
 * Passes uncaught exceptions and unhandled rejections to `report`, then exits with code 1. Without it, Node prints the stack. A later
 * call replaces `report`.
 */
export function onFault(report: (error: unknown) => void): void {
  process.setUncaughtExceptionCaptureCallback(null);
  process.setUncaughtExceptionCaptureCallback((error: unknown) => {
    try {
      report(error);
    } finally {
      process.exit(1);
    }
  });
}
