import { once } from 'node:events';
import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import type { Connection } from './connection.ts';
import { status } from './status.ts';
import { answerOf, grpcFixture, PATH, silent } from './testing/calls.ts';
import type { ServerCall } from './server-call.ts';

const fixture = grpcFixture();

test('a connection that reaches its maximum age gets GOAWAY; its call continues until it is ended, and then the connection closes', async () => {
  const calls: ServerCall[] = [];
  const old: Connection[] = [];
  const { port } = await fixture.serve(
    (call) => {
      calls.push(call);
      call.sendHeaders();
      return silent(call);
    },
    { maxAge: { ms: 100, onReached: (connection) => void old.push(connection) } },
  );
  const client = fixture.raw(port);
  const { session } = client;
  const goaway = once(session, 'goaway');
  const stream = client.open(PATH);
  const [code] = (await goaway) as [number];
  expect(code).toBe(constants.NGHTTP2_NO_ERROR);
  expect(old).toEqual([calls[0]?.connection]);
  expect(stream.closed).toBe(false);
  const closed = once(session, 'close');
  const answer = answerOf(stream);
  calls[0]?.end(status.OK, 'old');
  expect((await answer).fields).toMatchObject({ 'grpc-status': '0', 'grpc-message': 'old' });
  await closed;
});

test('a connection without calls closes at its maximum age', async () => {
  const { port } = await fixture.serve(silent, { maxAge: { ms: 20, onReached: () => undefined } });
  await once(fixture.raw(port).session, 'close');
});
