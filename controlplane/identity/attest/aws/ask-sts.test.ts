import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askSts } from './ask-sts.ts';

// Answers of AWS STS to a fleet that starts at once, from public reports.

type Answer = (response: ServerResponse) => void;

let server: Server;
/** The answers in their order; the last one repeats. */
let answers: readonly Answer[];
let asked: number;
beforeEach(async () => {
  asked = 0;
  server = createServer((_, response) => {
    answers[Math.min(asked, answers.length - 1)]?.(response);
    asked += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function ask(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const sts = {
    host: 'sts.us-east-1.amazonaws.com',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
  };
  return askSts(sts, {});
}

const good: Answer = (response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end('<a/>');
const failing =
  (status: number, code: string): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`,
      );

// https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/382, https://github.com/aws/aws-sdk-go-v2/issues/2481
test('AWS STS throttles with status 400: the agent was told that its signature is wrong, and waited for a minute', async () => {
  answers = [failing(400, 'Throttling')];
  await expect(ask()).rejects.toMatchObject({
    refusal: { code: 'STS_AWAY', reason: 'AWS STS answered 400 Throttling' },
  });
  expect(asked).toBe(2);
});

test.each<[string, Answer]>([
  ['throttled it', failing(400, 'Throttling')],
  ['failed', failing(503, 'ServiceUnavailable')],
  ['closed the connection, which was kept open since an earlier one', (response) => void response.destroy()],
])('a request is repeated once if STS %s', async (_, first) => {
  answers = [first, good];
  expect(await ask()).toBe('<a/>');
  expect(asked).toBe(2);
});

test.each([
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidClientTokenId',
])('a proof that STS refuses with %s is sent once', async (code) => {
  answers = [failing(403, code), good];
  await expect(ask()).rejects.toMatchObject({
    refusal: { code: 'PROOF_REFUSED', reason: `AWS STS refused the signature: 403 ${code}` },
  });
  expect(asked).toBe(1);
});
