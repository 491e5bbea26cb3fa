import { expect, test } from 'vitest';
import { jsonLines } from './envoy-log-lines.ts';

const NOW = new Date('2026-11-29T16:33:24.000Z');
const convert = (text: string): string => jsonLines(Buffer.from(text), NOW).toString();
const head = (level: string): string => `{"level":"${level}","program":"envoy"`;
const time = '"time":"2026-11-29T16:33:24.000Z"';

test('JSON lines pass unchanged, without a copy', () => {
  const lines = Buffer.from('{"msg":"a"}\n{"msg":"b"}\n');
  expect(jsonLines(lines, NOW)).toBe(lines);
});

test.each([
  [
    'a fault in the bootstrap, which Envoy 1.40.0 and 1.37.0 write as text',
    '\n[2026-11-29 16:33:24.472][13824][critical][main] [source/server/server.cc:449] error `no such "field"`\n',
    `${head('critical')},"logger":"main",${time},"at":"source/server/server.cc:449","msg":"error \`no such \\"field\\"\`"}\n`,
  ],
  [
    'a line of another program between JSON lines',
    '{"a":1}\nsetpriv: failed to execute\n{"b":2}\n',
    `{"a":1}\n${head('error')},${time},"msg":"setpriv: failed to execute"}\n{"b":2}\n`,
  ],
  ['a last JSON line without its end', '{"a":1}', '{"a":1}\n'],
  ['half a JSON line', '{"a":\n', `${head('error')},${time},"msg":"{\\"a\\":"}\n`],
  ['nothing', '', ''],
])('%s', (_, text, converted) => {
  expect(convert(text)).toBe(converted);
});
