import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mismatch } from './aws-iam.ts';
import { proveCaller } from './prove-caller.ts';

// Callers as public reports describe them.

const NOW = Date.UTC(2026, 10, 29, 20, 15);
const DATE = '20261129T201500Z';

let server: Server;
let arn: string;
let headers: IncomingHttpHeaders;
beforeEach(async () => {
  server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    headers = request.headers;
    const [, account = '', , , session = ''] = /::(\d+):([\w-]+)\/([^/]+)\/?(.*)$/.exec(arn) ?? [];
    const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AROA1:${session}</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function prove(sessionToken = '', host = 'sts.us-east-1.amazonaws.com', region = 'us-east-1') {
  const { port } = server.address() as AddressInfo;
  const sts = { host, region, endpoint: `http://127.0.0.1:${port}` };
  const proof = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', date: DATE, sessionToken, signature: 'a'.repeat(64) };
  return proveCaller(sts, proof, (signed) => ({ host, 'x-amz-security-token': signed.sessionToken }), NOW);
}

// https://github.com/serverless/serverless/issues/13652, https://github.com/hashicorp/vault/issues/2729
test.each([
  ['arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0a1b', ''],
  ['arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b', ''],
  ['arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0a1b', ''],
  ['arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0a1c', 'it is bound to'],
])('a role of single sign-on is bound by %s', async (roleArn, fault) => {
  arn = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a1b/jane.doe@corp.example';
  expect(mismatch({ awsRole: { roleArn } }, await prove()) ?? '').toContain(fault);
});

test.each([
  ['GovCloud', 'aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['China', 'aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['the European Sovereign Cloud', 'aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
])('a role of %s is one of its own partition', async (_, partition, region, domain) => {
  arn = `arn:${partition}:sts::111122223333:assumed-role/web/i-0123456789abcdef0`;
  const caller = await prove('', `sts.${region}.${domain}`, region);
  expect(headers.authorization).toContain(`/20261129/${region}/sts/aws4_request`);
  const bound = (from: string) =>
    mismatch({ awsRole: { roleArn: `arn:${from}:iam::111122223333:role/web` } }, caller);
  expect(bound(partition)).toBeUndefined();
  expect(bound('aws')).toContain('it is bound to');
});

// https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/1106
test('a session token may be longer than AWS issues today, within limits', async () => {
  arn = 'arn:aws:sts::111122223333:assumed-role/web/0123456789abcdef0123456789abcdef';
  const long = `${'A'.repeat(8191)}=`;
  expect(await prove(long)).toMatchObject({ kind: 'role' });
  expect(headers['x-amz-security-token']).toBe(long);
  await expect(prove(`A${long}`)).rejects.toThrow(
    'the sessionToken of the signature has to be up to 8,192 characters of base64',
  );
});
