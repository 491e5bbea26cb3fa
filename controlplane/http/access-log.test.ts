import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { startApi } from '../api/testing/test-api.ts';

/** The access log lines of these calls. */
async function linesOf(calls: readonly (readonly ['GET' | 'PUT', string, object?])[]): Promise<object[]> {
  const lines: object[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as object);
  const api = await startApi({ log: pino({ level: 'info' }, { write }) });
  onTestFinished(() => api.close());
  for (const [method, path, body] of calls) await api.call(method, path, body);
  return lines;
}

it('has one line per call: caller, operation, source address and result', async () => {
  const lines = await linesOf([
    ['PUT', '/meshes', { meshName: 'colors' }],
    ['GET', '/meshes/none'],
  ]);
  expect(lines).toEqual([
    expect.objectContaining({
      operation: 'CreateMesh',
      method: 'PUT',
      url: '/v20190125/meshes',
      status: 200,
    }),
    expect.objectContaining({
      operation: 'DescribeMesh',
      url: '/v20190125/meshes/none',
      status: 404,
      error: 'NotFoundException',
    }),
  ]);
  for (const line of lines) {
    expect(line).toMatchObject({
      caller: 'anyone',
      from: '127.0.0.1',
      ms: expect.any(Number) as number,
      reqId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
  }
});

it('redacts the signature of a presigned URL', async () => {
  const [line] = await linesOf([
    ['GET', '/meshes?limit=5&X-Amz-Credential=AK&X-Amz-Security-Token=S3CRET&X-Amz-Signature=abc123'],
  ]);
  expect(line).toHaveProperty(
    'url',
    '/v20190125/meshes?limit=5&X-Amz-Credential=…&X-Amz-Security-Token=…&X-Amz-Signature=…',
  );
});

it('has no line for health checks', async () => {
  const lines: string[] = [];
  const api = await startApi({ log: pino({ level: 'info' }, { write: (line) => void lines.push(line) }) });
  onTestFinished(() => api.close());
  expect((await api.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  expect(lines).toEqual([]);
});
