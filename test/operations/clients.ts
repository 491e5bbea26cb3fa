import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as sdk from '@aws-sdk/client-app-mesh';
import { execa } from 'execa';
import { REGION, secretOf } from '../../controlplane/auth/testing.ts';
import type { SecuredControlPlane } from '../secured-control-plane.ts';
import type { Step } from './story.ts';

/** What a client made of an answer: the output, or the error's name. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly error: string; readonly message: string; readonly status?: number };

/** A program that calls App Mesh as its users do. */
export type Client = {
  readonly call: (step: Step) => Promise<Outcome>;
  /** All pages of a list, by the client's own means. */
  readonly all: (step: Step) => Promise<Outcome>;
  readonly close: () => void;
};

/** Makes a client of a control plane that signs with a key of the test document. */
export type ClientMaker = (plane: SecuredControlPlane, accessKeyId: string) => Client;

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

/** The `aws` command line that DAYBREAK_AWS names. */
export const awsClient: ClientMaker = ({ endpoint, files }, accessKeyId) => {
  const env = {
    AWS_ENDPOINT_URL_APP_MESH: endpoint,
    AWS_CA_BUNDLE: files.cert,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretOf(accessKeyId),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const call = async ({ operation, input }: Step): Promise<Outcome> => {
    const subcommand = operation.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    const args = ['appmesh', subcommand, '--cli-input-json', JSON.stringify(input), '--output', 'json'];
    const { stdout, stderr, exitCode } = await execa(awsCommand(), args, { env, reject: false });
    if (exitCode === 0) return { output: stdout === '' ? {} : (JSON.parse(stdout) as unknown) };
    const [, error, message = ''] = /An error occurred \((\w+)\).*?: (.*)$/s.exec(stderr) ?? [];
    if (error === undefined) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return { error, message };
  };
  // It asks for all pages unless it is told not to.
  return { call, all: call, close: () => undefined };
};

/** botocore, out of the same package. */
export const botocoreClient: ClientMaker = ({ endpoint, files }, accessKeyId) => {
  const folder = dirname(awsCommand());
  const python = readFileSync(join(folder, 'python'), 'utf8').trim();
  const options = {
    endpoint_url: endpoint,
    region_name: REGION,
    verify: files.cert,
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretOf(accessKeyId),
  };
  const script = join(import.meta.dirname, 'botocore-calls.py');
  const program = execa(python, [script, JSON.stringify(options)], {
    env: { PYTHONPATH: folder },
    stdin: 'pipe',
    stderr: ['pipe', 'inherit'],
    buffer: false,
    reject: false,
  });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const exchange = async (call: object): Promise<Outcome> => {
    program.stdin.write(`${JSON.stringify(call)}\n`);
    const line = await lines.next();
    if (line.done === true) throw new Error('the botocore program ended');
    return JSON.parse(line.value) as Outcome;
  };
  return {
    call: exchange,
    all: (step) => exchange({ ...step, pages: true }),
    close: () => program.stdin.end(),
  };
};

function awsCommand(): string {
  const command = process.env['DAYBREAK_AWS'];
  if (command !== undefined) return command;
  throw new Error('DAYBREAK_AWS names no AWS command line: `npm test` installs one and sets it');
}

/** Dates as the other clients have them: seconds since 1970. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
