import { join } from 'node:path';
import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';
import type { Client, ClientMaker } from './client.ts';
import { awsPython } from './installed.ts';
import { lineClient, optionsFor } from './line-client.ts';

/** boto3, in one process. */
export const boto3Client: ClientMaker = (plane, accessKeyId) => start(plane, accessKeyId, {});

/** boto3 with its old model of the beta. */
export const boto3BetaClient: ClientMaker = (plane, accessKeyId) =>
  start(plane, accessKeyId, { api_version: '2018-10-01' });

function start(plane: SecuredControlPlane, accessKeyId: string, more: object): Client {
  const { python, packages } = awsPython();
  const options = optionsFor(plane, accessKeyId);
  const given = {
    endpoint_url: options.endpoint,
    region_name: options.region,
    verify: options.authorities,
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: options.secretAccessKey,
    ...more,
  };
  const script = join(import.meta.dirname, 'boto3-calls.py');
  return lineClient(python, [script, JSON.stringify(given)], { PYTHONPATH: packages });
}
