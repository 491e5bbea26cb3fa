import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { REGION, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import type { ClientMaker, Outcome } from './client.ts';
import { plain } from './plain.ts';
import type { Step } from '../story.ts';

/** The part of `aws-sdk` that is used here. Its own types cover all services and take longer to check than everything here. */
type Pending = {
  promise(): Promise<Readonly<Record<string, unknown>>>;
  eachPage(took: (error: Failure | null, page: Readonly<Record<string, unknown>> | null) => boolean): void;
};
type Failure = { readonly code: string; readonly message: string; readonly statusCode: number };
type AppMesh = Readonly<Record<string, (input: object) => Pending>>;

const require = createRequire(import.meta.url);
// The package prints a notice of its end of support at each start.
(require('aws-sdk/lib/maintenance_mode_message') as { suppress: boolean }).suppress = true;
const Client = require('aws-sdk/clients/appmesh') as new (options: object) => AppMesh;

/** `aws-sdk`, version 2 of the SDK for JavaScript. */
export const sdkV2Client: ClientMaker = ({ endpoint, files }, accessKeyId) => {
  const agent = new Agent({ ca: readFileSync(files.cert), keepAlive: true });
  const client = new Client({
    endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: secretOf(accessKeyId) },
    maxRetries: 0,
    // Validation is left to the control plane.
    paramValidation: false,
    httpOptions: { agent },
  });
  const request = ({ operation, input }: Step): Pending => {
    const method = operation.charAt(0).toLowerCase() + operation.slice(1);
    const send = client[method];
    if (send === undefined) throw new Error(`aws-sdk has no operation ${method}`);
    return send.call(client, input);
  };
  return {
    call: async (step) => {
      try {
        return { output: plain(await request(step).promise()) };
      } catch (error) {
        return outcomeOf(error as Failure);
      }
    },
    all: (step) =>
      new Promise((resolve) => {
        const merged: Record<string, unknown[]> = {};
        request(step).eachPage((error, page) => {
          if (error !== null) resolve(outcomeOf(error));
          else if (page === null) resolve({ output: merged });
          for (const [member, value] of Object.entries(page ?? {})) {
            if (Array.isArray(value))
              merged[member] = [...(merged[member] ?? []), ...(plain(value) as unknown[])];
          }
          return true;
        });
      }),
    close: () => agent.destroy(),
  };
};

function outcomeOf({ code, message, statusCode }: Failure): Outcome {
  if (statusCode === undefined) throw new Error(`aws-sdk: ${code}: ${message}`);
  return { error: code, message, status: statusCode };
}
