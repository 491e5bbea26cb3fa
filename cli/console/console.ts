import type { ConsoleLink } from '../../controlplane/console/contract.ts';
import type { Client } from '../client/client.ts';
import { openBrowser } from './open-browser.ts';

/** Options of `daybreak console`. `open`: whether to open a browser; default: if there is a display and a person reads stdout. */
export type ConsoleOptions = {
  readonly endpoint: string;
  readonly open?: boolean;
  readonly output: 'text' | 'json';
};

/** Prints a link to the console that signs the caller in, and opens it in the browser. */
export async function openConsole(
  client: Pick<Client, 'post'>,
  { endpoint, open, output }: ConsoleOptions,
  stdout: { readonly isTTY?: boolean; write(text: string): unknown },
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const link = (await client.post('/console/links')) as ConsoleLink;
  const url = `${endpoint.replace(/\/+$/, '')}${link.path}`;
  if (output === 'json') {
    stdout.write(`${JSON.stringify({ ...link, url }, null, 2)}\n`);
  } else {
    const limits = link.expiresAt === undefined ? '' : 'The link works once, within a minute:\n';
    stdout.write(`${limits}${url}\n`);
  }
  const hasDisplay =
    (env['DISPLAY'] ?? env['WAYLAND_DISPLAY']) !== undefined || process.platform === 'darwin';
  if (open ?? (output === 'text' && stdout.isTTY === true && hasDisplay)) await openBrowser(url);
}
