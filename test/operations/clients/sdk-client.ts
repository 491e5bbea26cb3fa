import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import * as sdk from '@aws-sdk/client-app-mesh';
import { REGION, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import type { ClientMaker, Outcome } from './client.ts';
import { plain } from './plain.ts';

type Command = Parameters<sdk.AppMeshClient['send']>[0];
type Paginator = (config: object, input: object) => AsyncIterable<Readonly<Record<string, unknown>>>;

/** `@aws-sdk/client-app-mesh`. */
export const sdkClient: ClientMaker = ({ endpoint, files }, accessKeyId) => {
  const client = new sdk.AppMeshClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: secretOf(accessKeyId) },
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(files.cert), keepAlive: true }) },
  });
  const exports = sdk as unknown as Readonly<Record<string, unknown>>;
  const outcomeOf = async (work: () => Promise<unknown>): Promise<Outcome> => {
    try {
      return { output: await work() };
    } catch (error) {
      if (!(error instanceof sdk.AppMeshServiceException)) throw error;
      const { name, message, $metadata } = error;
      return { error: name, message, status: $metadata.httpStatusCode ?? 0 };
    }
  };
  return {
    call: ({ operation, input }) =>
      outcomeOf(async () => {
        const Constructor = exports[`${operation}Command`] as new (given: object) => Command;
        const { $metadata: _, ...output } = await client.send(new Constructor(input));
        return plain(output);
      }),
    all: ({ operation, input }) =>
      outcomeOf(async () => {
        const merged: Record<string, unknown[]> = {};
        const pages = (exports[`paginate${operation}`] as Paginator)({ client }, input);
        for await (const page of pages) {
          for (const [member, value] of Object.entries(page)) {
            if (Array.isArray(value))
              merged[member] = [...(merged[member] ?? []), ...(plain(value) as unknown[])];
          }
        }
        return merged;
      }),
    close: () => client.destroy(),
  };
};
