import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { validateBootstrap, type ValidationOptions } from './validate-bootstrap.ts';

// Shells in Envoy's place: one that says nothing, and some that end. prepare-bootstrap.program.test.ts has real Envoys.

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'validate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const validate = (script: string, more: Partial<ValidationOptions> = {}) =>
  validateBootstrap({
    binary: '/bin/sh',
    args: ['-c', script],
    env: {},
    outputPath: join(folder, 'output'),
    ...more,
  });

test('an Envoy that does not answer in time is ended, and no verdict', async () => {
  expect(await validate('exec sleep 600', { limitMs: 50 })).toEqual({
    kind: 'unknown',
    why: 'no answer within 0.05 s',
  });
});

test('a stop signal ends the validation', async () => {
  const stop = new AbortController();
  const running = validate('exec sleep 600', { signal: stop.signal });
  stop.abort();
  expect(await running).toEqual({ kind: 'unknown', why: 'the agent was stopped' });
  expect(await validate('exec sleep 600', { signal: stop.signal })).toMatchObject({ kind: 'unknown' });
});

test.each([
  ['exit 0', { kind: 'accepted' }],
  ['exit 3', { kind: 'refused', words: 'it ended with code 3' }],
  ['kill -SEGV $$', { kind: 'refused', words: 'it was killed by SIGSEGV' }],
  [
    `echo "[x][critical] error initializing configuration '/b.json': no such
     field" >&2; exit 1`,
    { kind: 'refused', words: 'no such field' },
  ],
])('%s', async (script, verdict) => {
  expect(await validate(script)).toEqual(verdict);
});

const UNKNOWN = "Unable to parse JSON as proto (INVALID_ARGUMENT: could not find @type 't/envoy.v2.X')";
const INVALID =
  'Proto constraint validation failed (ClusterValidationError.Name: value length must be at least 1)';

test.each([
  ['a type that Envoy does not know', UNKNOWN, `${UNKNOWN}: {"node":{"id":"${'x'.repeat(5000)}"}}`],
  ['an invalid value', INVALID, `goo.gle/debugstr\nnode {\n  id: "${'x'.repeat(1000)}"\n}\n: ${INVALID}`],
])('of a bootstrap with %s, the words have the reason, without the bootstrap that Envoy repeats', async (_, reason, said) => {
  const line = `[x][critical] error initializing configuration '/b.json': ${said}`;
  const script = `printf '%s\\n' "$LINE" >&2; exit 1`;
  expect(await validate(script, { env: { LINE: line, PATH: process.env['PATH'] } })).toEqual({
    kind: 'refused',
    words: reason,
  });
});
