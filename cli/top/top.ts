import { setTimeout as sleep } from 'node:timers/promises';
import { SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import type { Client } from '../client/client.ts';
import { CallError } from '../client/errors.ts';
import { CommandError } from '../errors.ts';
import { describeFigures } from './describe-figures.ts';
import { readLatencies } from './read-latencies.ts';

/** Options of `daybreak top`. */
export type TopOptions = {
  readonly output: 'text' | 'json';
  readonly once: boolean;
  /** Whether the table has latencies of the busiest callers. Only for text. */
  readonly latencies?: boolean;
  readonly meshOwner?: string;
};

/** The stream for the figures; a terminal is redrawn in place, and has `rows` of `columns` characters. */
export type TopOutput = {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
};

/** The time that a row shows, in seconds. */
const SECONDS = 60;
/** Figures begin 5 to 10 s after the question, so `--once` asks this often before it gives up. */
const MOST_TRIES = 12;
/** Moves the cursor to the top left and clears below it. */
const IN_PLACE = '\u001B[H\u001B[J';

/**
 * Prints the live figures of a mesh every slot, until it is interrupted or `signal` ends it. With `once`, it waits for the first figures and
 * ends. While the control plane cannot be reached, it says so and continues.
 * @throws CommandError if there are no figures with `once`
 */
export async function top(
  client: Pick<Client, 'read'>,
  mesh: string,
  { output, once, latencies = false, meshOwner }: TopOptions,
  stdout: TopOutput,
  signal?: AbortSignal,
): Promise<void> {
  const query = { mesh, seconds: `${SECONDS}`, ...(meshOwner === undefined ? {} : { meshOwner }) };
  const read = async (): Promise<LiveFigures> =>
    (await client.read('/reports', query)) as unknown as LiveFigures;
  const show = async (figures: LiveFigures): Promise<void> => {
    if (output === 'json') return void stdout.write(`${JSON.stringify(figures)}\n`);
    const found = latencies && figures.times.length > 0 ? await readLatencies(client, figures) : undefined;
    // With `--once`, the output may be longer than the terminal: the user scrolls up.
    const height = stdout.isTTY === true && !once ? stdout.rows : undefined;
    stdout.write(frame(describeFigures(figures, found, height), stdout, once));
  };

  // An error in the first answer is a wrong name or a missing permission. Later ones may be temporary.
  let figures: LiveFigures | undefined = await read();
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    const isThere = figures !== undefined && figures.times.length > 0;
    if (once && isThere && figures !== undefined) return await show(figures);
    if (once && tries >= MOST_TRIES)
      throw new CommandError(`no proxy of mesh ${mesh} has reported within a minute`);
    if (!once && figures !== undefined) await show(figures);
    if (signal?.aborted === true) return;
    // Reading latencies takes as long as a slot, unless it fails.
    const rest = Math.max(0, SLOT_SECONDS * 1000 - (performance.now() - began));
    await sleep(rest, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    figures = await read().catch((error: unknown) => complain(error, output, stdout));
  }
}

function complain(error: unknown, output: TopOptions['output'], stdout: TopOutput): undefined {
  if (!(error instanceof CallError)) throw error;
  const text = output === 'json' ? `${JSON.stringify({ error: error.message })}\n` : `${error.message}\n`;
  stdout.write(text);
}

function frame(text: string, { isTTY, columns = Infinity }: TopOutput, once: boolean): string {
  if (isTTY !== true) return `${text}\n`;
  if (once) return `${IN_PLACE}${text}`;
  // A line that is broken would need a second row.
  const lines = text.split('\n').map((line) => line.slice(0, columns));
  return `${IN_PLACE}${lines.join('\n')}`;
}
