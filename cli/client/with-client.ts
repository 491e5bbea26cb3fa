import type { Client } from './client.ts';

/** Where a control plane is, as flags say. */
export type Endpoint = {
  readonly endpoint: string;
  readonly region: string;
  readonly caFile?: string | undefined;
};

/** Lets a command work with a client for its control plane, and closes the client's connections at the end. */
export async function withClient(options: Endpoint, work: (client: Client) => Promise<void>): Promise<void> {
  const { createClient } = await import('./client.ts');
  const caFile = options.caFile ?? process.env['AWS_CA_BUNDLE'];
  const client = createClient({ ...options, caFile });
  try {
    await work(client);
  } finally {
    client.close();
  }
}
