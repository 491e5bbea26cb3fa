import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { startApi, type TestApi } from '../../controlplane/api/testing/test-api.ts';
import { apply, type ApplyOptions } from '../apply/apply.ts';
import { createClient, type Client } from '../client/client.ts';

/** The output of a command, and its exit code. */
export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A listening control plane, a client for it, and a folder for files, for one test. */
export type Bench = {
  readonly api: TestApi;
  readonly client: Client;
  readonly endpoint: string;
  readonly folder: string;
  /** Writes a file in the folder. Returns its path. */
  write(name: string, content: unknown): Promise<string>;
  /** Applies files of the folder. Options have the defaults of the command line. */
  apply(
    files: readonly string[],
    options?: Partial<ApplyOptions> & { readonly stdin?: string },
  ): Promise<Ran>;
  close(): Promise<void>;
};

/** An environment without credentials on any machine. */
export const NO_CREDENTIALS: NodeJS.ProcessEnv = {
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_CONFIG_FILE: '/nonexistent',
};

/** Starts a bench. */
export async function startBench(): Promise<Bench> {
  const api = await startApi();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-cli-'));
  const client = createClient({ endpoint, region: 'eu-west-1' }, NO_CREDENTIALS);
  return {
    api,
    client,
    endpoint,
    folder,
    write: async (name, content) => {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    apply: async (files, { stdin = '', ...options } = {}) => {
      const paths = files.map((file) => (file === '-' ? file : join(folder, file)));
      return capture(folder, stdin, (streams) =>
        apply(client, { ...DEFAULTS, ...options, files: paths }, streams),
      );
    },
    close: async () => {
      client.close();
      await api.close();
      await rm(folder, { recursive: true });
    },
  };
}

const DEFAULTS: ApplyOptions = {
  files: [],
  recursive: false,
  dryRun: false,
  exitCode: false,
  prune: false,
  selector: [],
  output: 'text',
};

type Streams = Parameters<typeof apply>[2];

/** Runs a command with its own streams, and removes the folder's path from the output. */
export async function capture(
  folder: string,
  stdin: string,
  run: (streams: Streams) => Promise<number>,
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text.replaceAll(`${folder}/`, '');
    },
  });
  const code = await run({ stdin: Readable.from([stdin]), stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...written };
}
