import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTokens, tokenSum } from '../../controlplane/ads/access/tokens.ts';
import { createToken, type CreateTokenOptions } from './create.ts';

const NOW = Date.UTC(2026, 10, 21);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-token-'));
  file = join(folder, 'tokens.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

function create(options: Partial<CreateTokenOptions>): { stdout: string; stderr: string } {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({ write: (text: string) => void (written[name] += text) });
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  createToken({ nodes: ['mesh/m/virtualNode/*'], output: 'text', ...options }, streams, NOW);
  return written;
}

test('prints the token, and adds its SHA-256 to the file, which the control plane can read', () => {
  writeFileSync(file, `# ours\n${JSON.stringify({ sha256: tokenSum('x'), nodes: ['*'] })}`);
  const { stdout, stderr } = create({ tokens: file, expires: '90d' });
  expect(stderr).toBe('');
  const token = stdout.trim();
  expect(token).toMatch(/^daybreak-[\w-]{43}$/);
  const content = readFileSync(file);
  expect(content.toString()).not.toContain(token);
  const tokens = readTokens(file, content);
  expect(tokens.size).toBe(2);
  expect(tokens.get(tokenSum(token))).toMatchObject({
    expires: Date.UTC(2027, 1, 19),
    nodes: [{ mesh: 'm', name: '*' }],
  });
});

test('creates a missing file with access for its owner only', () => {
  create({ tokens: file });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('prints the line if there is no file', () => {
  const { stdout, stderr } = create({});
  expect(stderr).toBe(
    `The line for the file of --tokens:\n${JSON.stringify({ sha256: tokenSum(stdout.trim()), nodes: ['mesh/m/virtualNode/*'] })}\n`,
  );
});

test('prints token and entry as one JSON object for programs', () => {
  const { stdout, stderr } = create({ output: 'json', expires: '2027-01-31T00:00:00Z' });
  const { token, entry } = JSON.parse(stdout) as { token: string; entry: unknown };
  expect(entry).toEqual({
    sha256: tokenSum(token),
    nodes: ['mesh/m/virtualNode/*'],
    expires: '2027-01-31T00:00:00.000Z',
  });
  expect(stderr).toBe('');
});

test.each<[string, Partial<CreateTokenOptions>, string]>([
  [
    'an invalid node',
    { nodes: ['mesh/m/virtualNode/*', 'n'] },
    '--node "n": it has to be mesh/M/virtualNode/N',
  ],
  ['an invalid time', { expires: 'tomorrow' }, '--expires "tomorrow": it has to be a time in ISO 8601'],
  [
    'a time in the past',
    { expires: '2020-01-01T00:00:00Z' },
    '--expires "2020-01-01T00:00:00Z": that is past',
  ],
])('%s is an error, and no token is created', (_, options, message) => {
  writeFileSync(file, '');
  expect(() => create({ tokens: file, ...options })).toThrow(message);
  expect(readFileSync(file, 'utf8')).toBe('');
});

test('does not change an invalid file', () => {
  writeFileSync(file, 'broken');
  expect(() => create({ tokens: file })).toThrow(`${file}: line 1: it is not a JSON object`);
  expect(readFileSync(file, 'utf8')).toBe('broken');
});
