import type { RawSettings } from './settings/raw-settings.ts';

/** Environment and standard streams of the process. */
export type ProxyinitIo = {
  readonly env: RawSettings['env'];
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};
