/**
 * What was thrown and not foreseen, on one line: its name, code and message, and the place of the program that it came from, for
 * whoever mends it. Its stack is for the debug log alone.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return `something was thrown that is no error: ${oneLine(String(error))}`;
  const { name, message, stack = '' } = error;
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const place = FRAME.exec(stack)?.[1];
  return `${name}${code}: ${oneLine(message)}${place === undefined ? '' : ` (${place})`}`;
}

/** The innermost line of a stack that is not Node's own: file, line, column. */
const FRAME = /^ +at (?!.*\(?node:)(?:.*\()?(?:file:\/\/)?([^()\s]+:\d+:\d+)\)?$/m;

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}

/**
 * From now on an exception, or a rejection, that nothing catches goes to `report` and ends the process with code 1. Node itself
 * would print the stack. The `report` that was given last is the one that counts.
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
