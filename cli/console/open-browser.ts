import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CommandError } from '../errors.ts';

/**
 * Opens a URL in the user's browser, and does not wait for it to end.
 * @throws CommandError if the program that opens URLs cannot be started
 */
export async function openBrowser(url: string): Promise<void> {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [url], { detached: true, stdio: 'ignore' });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new CommandError(`${program} cannot be started, so open the link yourself: ${String(error)}`);
  }
  child.unref();
}
