/** Envoy's words for a configuration that it refuses, on one line, with what they mean where they do not say it. */
export function describeRefusal(error: string): string {
  const words = error.trim().replaceAll(/\s*\n\s*/g, '; ');
  const port = TAKEN.exec(words)?.[1];
  return port === undefined
    ? words
    : `${words} (another program of this host listens on port ${port}, which Envoy is to have)`;
}

const TAKEN = /cannot bind '[^']*:(\d+)': Address already in use/;
