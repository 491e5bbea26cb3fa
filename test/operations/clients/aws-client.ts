import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { REGION, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';
import type { Client, ClientMaker, Outcome } from './client.ts';
import { awsCommand, awsPython } from './installed.ts';
import { startLineProgram } from './line-program.ts';
import type { Step } from '../story.ts';

type Ended = { readonly exitCode?: number | undefined; readonly stdout: string; readonly stderr: string };

/** The `aws` command line, one process per call. */
export const awsClient: ClientMaker = (plane, accessKeyId) => {
  const env = environment(plane, accessKeyId);
  return client(
    (args) => execa(awsCommand(), args, { env, reject: false }),
    () => undefined,
  );
};

/** The `aws` command line with all calls in one process, for many calls. */
export const awsInOneProcess: ClientMaker = (plane, accessKeyId) => {
  const { python, packages } = awsPython();
  const env = { ...environment(plane, accessKeyId), PYTHONPATH: packages };
  const program = startLineProgram(python, [join(import.meta.dirname, 'aws-calls.py')], env);
  return client(
    async (args) => (await program.exchange(args)) as Ended,
    () => program.close(),
  );
};

/** The `aws` command line with its old model of the beta, which a settings file selects. */
export const awsBetaClient: ClientMaker = (plane, accessKeyId) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-aws-'));
  const settings = join(folder, 'config');
  writeFileSync(settings, '[default]\napi_versions =\n    appmesh = 2018-10-01\n');
  const { python, packages } = awsPython();
  const env = { ...environment(plane, accessKeyId), PYTHONPATH: packages, AWS_CONFIG_FILE: settings };
  const program = startLineProgram(python, [join(import.meta.dirname, 'aws-calls.py')], env);
  return client(
    async (args) => (await program.exchange(args)) as Ended,
    () => {
      program.close();
      rmSync(folder, { recursive: true });
    },
  );
};

function client(run: (args: readonly string[]) => Promise<Ended>, close: () => void): Client {
  const call = async ({ operation, input }: Step): Promise<Outcome> => {
    const subcommand = operation.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    const args = ['appmesh', subcommand, '--cli-input-json', JSON.stringify(input), '--output', 'json'];
    const { stdout, stderr, exitCode } = await run(args);
    if (exitCode === 0) return { output: stdout === '' ? {} : (JSON.parse(stdout) as unknown) };
    const [, error, message = ''] = /An error occurred \((\w+)\).*?: (.*)$/s.exec(stderr) ?? [];
    if (error === undefined) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return { error, message };
  };
  // The command line requests all pages by default.
  return { call, all: call, close };
}

function environment({ endpoint, files }: SecuredControlPlane, accessKeyId: string) {
  return {
    AWS_ENDPOINT_URL_APP_MESH: endpoint,
    AWS_CA_BUNDLE: files.cert,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretOf(accessKeyId),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
}
