import { join } from 'node:path';
import { REGION, secretOf } from '../../controlplane/auth/testing.ts';
import type { SecuredControlPlane } from '../secured-control-plane.ts';
import type { Client, ClientMaker, Outcome } from './client.ts';
import { awsPython } from './installed.ts';
import { startLineProgram } from './line-program.ts';

/** boto3, in one process. */
export const boto3Client: ClientMaker = (plane, accessKeyId) => start(plane, accessKeyId, {});

/** The same, by the model of the beta that it still has. */
export const boto3BetaClient: ClientMaker = (plane, accessKeyId) =>
  start(plane, accessKeyId, { api_version: '2018-10-01' });

function start({ endpoint, files }: SecuredControlPlane, accessKeyId: string, more: object): Client {
  const { python, packages } = awsPython();
  const options = {
    endpoint_url: endpoint,
    region_name: REGION,
    verify: files.cert,
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretOf(accessKeyId),
    ...more,
  };
  const script = join(import.meta.dirname, 'boto3-calls.py');
  const program = startLineProgram(python, [script, JSON.stringify(options)], { PYTHONPATH: packages });
  return {
    call: async (step) => (await program.exchange(step)) as Outcome,
    all: async (step) => (await program.exchange({ ...step, pages: true })) as Outcome,
    close: () => program.close(),
  };
}
