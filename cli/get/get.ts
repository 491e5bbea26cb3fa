import type { Client } from '../client/client.ts';
import { formatDocuments, formatValue } from '../resources/write-documents.ts';
import { formatTable } from '../table.ts';
import { columnsOf } from './columns.ts';
import { select, type Selection } from './select.ts';

/** Prints resources: a table, or the API's own answers (a single one if a name matched one resource, else a list). */
export async function get(
  client: Client,
  selection: Selection,
  output: 'table' | 'json' | 'yaml',
  stdout: { write(text: string): unknown },
): Promise<void> {
  const selected = await select(client, selection);
  if (output === 'table') {
    const { head, cells } = columnsOf(selection.kind);
    stdout.write(
      formatTable(
        head,
        selected.map(({ key, described }) => cells(key, described)),
      ),
    );
    return;
  }
  const answers = selected.map(({ described }) => described);
  const [only] = answers;
  const single = selection.name !== undefined && answers.length === 1;
  stdout.write(single ? formatValue(only, output) : formatDocuments(answers, output));
}
