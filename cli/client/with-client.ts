import type { Client } from './client.ts';

/** The flags that say how to connect to a control plane. */
export type Endpoint = {
  readonly endpoint: string;
  readonly region: string;
  readonly caFile?: string | undefined;
};

/** Runs `work` with a client for the control plane, and closes the client afterwards. */
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
