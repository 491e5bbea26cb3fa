import { expect, test } from 'vitest';
import { createSdsErrors } from './sds-errors.ts';

// Lines of Envoy 1.40.0 and 1.37.0, as text and as JSON.
const line = (reason: string) =>
  Buffer.from(
    `[2026-11-29 05:45:56.767][1][warning][config] [./source/grpc_stream.h:189] StreamSecrets gRPC config stream to static_cluster_sds_unix_socket closed: ${reason}\n`,
  );

test("reports the server's message without Envoy's own details", () => {
  const errors = createSdsErrors();
  errors.read(
    line('3, workload is not authorized for the requested identities ["spiffe://apps/a"]{via_upstream}'),
  );
  expect(errors.about('spiffe://apps/a')).toBe(
    'workload is not authorized for the requested identities ["spiffe://apps/a"] (code 3)',
  );
});

test('prefers messages that name the secret, then newer ones', () => {
  const errors = createSdsErrors();
  for (const reason of ['5, no b', '5, no a', '5, no c']) errors.read(line(reason));
  expect(errors.about('no a')).toBe('no a (code 5)');
  expect(errors.about('d')).toBe('no c (code 5)');
});

test('forgets old messages, and ignores other lines', () => {
  let now = 0;
  const errors = createSdsErrors(() => now);
  errors.read(Buffer.from('gRPC config stream to daybreak_agent closed: 14, no\nanything\n'));
  expect(errors.about('a')).toBeUndefined();
  errors.read(line('5, no a'));
  now = 60_000;
  expect(errors.about('a')).toBeUndefined();
});

test('reads JSON lines, whose message is escaped', () => {
  const errors = createSdsErrors();
  const msg = line('3, workload is not authorized for ["spiffe://apps/a"]{via_upstream}').toString().trim();
  errors.read(Buffer.from(`{"level":"info"}\n${JSON.stringify({ level: 'warning', msg })}\n{"half`));
  expect(errors.about('a')).toBe('workload is not authorized for ["spiffe://apps/a"] (code 3)');
});
