import type { ConfigDump } from '../../controlplane/config-dump/config-dump.ts';
import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';
import { formatValue } from '../resources/write-documents.ts';
import { previewQuery, type Asked } from './preview-query.ts';

/** Prints the configuration that the control plane serves to a proxy. @throws UsageError if it has no resources of `type` */
export async function configDump(
  client: Client,
  { type, output, ...asked }: Asked & { readonly type?: string; readonly output: 'yaml' | 'json' },
  stdout: { write(text: string): unknown },
): Promise<void> {
  const dump = (await client.read('/config-dump', previewQuery(asked))) as ConfigDump;
  const shown = type === undefined ? dump : { ...dump, resources: { [type]: ofType(dump, type) } };
  stdout.write(formatValue(shown, output));
}

function ofType({ resources }: ConfigDump, type: string): unknown {
  const found = resources[type];
  if (found !== undefined) return found;
  throw new UsageError(`--type ${type}: it has to be one of ${Object.keys(resources).join(', ')}`);
}
