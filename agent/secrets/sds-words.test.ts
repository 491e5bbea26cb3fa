import { expect, test } from 'vitest';
import { createSdsWords } from './sds-words.ts';

// Lines of Envoy 1.40.0 and 1.37.0.
const line = (words: string) =>
  Buffer.from(
    `[2026-11-29 05:45:56.767][1][warning][config] [./source/grpc_stream.h:189] StreamSecrets gRPC config stream to static_cluster_sds_unix_socket closed: ${words}\n`,
  );
const now = Date.now();

test("the server's words, without Envoy's own", () => {
  const words = createSdsWords();
  words.hear(
    line('3, workload is not authorized for the requested identities ["spiffe://apps/a"]{via_upstream}'),
  );
  expect(words.about('spiffe://apps/a', now)).toBe(
    'workload is not authorized for the requested identities ["spiffe://apps/a"] (code 3)',
  );
});

test('those that name the secret go before others, and newer ones before older', () => {
  const words = createSdsWords();
  for (const said of ['5, no b', '5, no a', '5, no c']) words.hear(line(said));
  expect(words.about('no a', now)).toBe('no a (code 5)');
  expect(words.about('d', now)).toBe('no c (code 5)');
});

test('what was said long ago is forgotten, and other lines are none', () => {
  const words = createSdsWords();
  words.hear(Buffer.from('gRPC config stream to daybreak_agent closed: 14, no\nanything\n'));
  expect(words.about('a', now)).toBeUndefined();
  words.hear(line('5, no a'));
  expect(words.about('a', now + 60_000)).toBeUndefined();
});
