import {
  SLOT_SECONDS,
  type FiguresLine,
  type Latencies,
  type LiveFigures,
} from '../../common/contracts/reports.ts';
import type { Client } from '../client/client.ts';
import { CallError } from '../client/errors.ts';
import { lineKey, type LineLatencies } from './describe-figures.ts';

/** Callers that are asked: those of the busiest lines. Each question makes the control plane read the statistics of their Envoys. */
const MOST_CALLERS = 5;

/** Reads p50 and p99 of the lines of the busiest callers, over the next slot. A caller that does not answer has none. */
export async function readLatencies(
  client: Pick<Client, 'read'>,
  { meshOwner, mesh, lines }: LiveFigures,
): Promise<LineLatencies> {
  const busiest = lines
    .filter(({ unit }) => unit === 'requests')
    .toSorted((a, b) => newest(b) - newest(a))
    .map(({ from }) => `${from.kind}/${from.name}`);
  const callers = [...new Set(busiest)].slice(0, MOST_CALLERS);
  const answers = await Promise.all(
    callers.map(async (from) => {
      const query = { mesh, meshOwner, from, seconds: `${SLOT_SECONDS}` };
      try {
        return (await client.read('/reports/latencies', query)) as unknown as Latencies;
      } catch (error) {
        if (error instanceof CallError) return undefined;
        throw error;
      }
    }),
  );
  return new Map(
    answers.flatMap((answer) =>
      (answer?.lines ?? []).map((line) => [lineKey(line), line.milliseconds ?? undefined] as const),
    ),
  );
}

function newest({ requests }: FiguresLine): number {
  return requests.at(-1) ?? 0;
}
