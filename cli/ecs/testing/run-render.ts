import { Readable } from 'node:stream';
import { renderFile, type EcsRenderOptions } from '../command.ts';

/** The output of a run, and its exit code; stderr includes the message of an error, as on a terminal. */
export type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** The options of a command line without flags. */
export const NO_FLAGS: EcsRenderOptions = {
  image: undefined,
  proxyinitImage: undefined,
  xdsEndpoint: undefined,
  xdsTokenSecret: undefined,
  xdsCaSecret: undefined,
  xdsCertSecret: undefined,
  xdsKeySecret: undefined,
  telemetry: 'keep',
  otlpEndpoint: undefined,
  resource: undefined,
  parameter: [],
  parametersFile: [],
  outputs: [],
  account: undefined,
  region: undefined,
  diff: false,
  check: false,
  output: 'text',
};

/** Runs `daybreak ecs render -` with this text on stdin, or with the file `path`. */
export async function runRender(
  input: { readonly text: string } | { readonly path: string },
  options: Partial<EcsRenderOptions> = {},
): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const stdin = Readable.from(['text' in input ? input.text : '']);
  const streams = { stdin, stdout: into('stdout'), stderr: into('stderr') };
  const file = 'path' in input ? input.path : '-';
  try {
    const code = await renderFile(file, { ...NO_FLAGS, ...options }, streams);
    return { code, ...written };
  } catch (error) {
    const { exitCode = -1, message } = error as Error & { readonly exitCode?: number };
    return { code: exitCode, stdout: written.stdout, stderr: `${written.stderr}${message}\n` };
  }
}
