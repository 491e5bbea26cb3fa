import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateBootstrap } from '../custom-config/validate-bootstrap.ts';
import { samplingRules } from '../tracing/sampling-rules.ts';

// Real Envoys read each golden bootstrap. `--mode validate` opens no port and ends at once.

const testdata = join(import.meta.dirname, '../testdata');
const goldens = globSync('*.bootstrap.json', { cwd: testdata }).sort();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'accepted-'));
  writeFileSync(join(folder, 'sampling-rules.json'), samplingRules(0.25));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  'DAYBREAK_ENVOY',
  'DAYBREAK_ENVOY_OLDEST',
])('%s accepts each golden bootstrap', async (variable) => {
  const binary = process.env[variable] ?? '';
  const refused: string[] = [];
  for (const golden of goldens) {
    const path = join(folder, basename(golden));
    const text = readFileSync(join(testdata, golden), 'utf8');
    writeFileSync(path, text.replaceAll(/"[^"]*(\/sampling-rules\.json)"/g, `"${folder}$1"`));
    const outputPath = join(folder, 'output');
    const verdict = await validateBootstrap({ binary, args: ['-c', path], env: {}, outputPath });
    if (verdict.kind !== 'accepted') refused.push(`${golden}: ${JSON.stringify(verdict)}`);
  }
  expect(goldens.length).toBeGreaterThan(0);
  expect(refused).toEqual([]);
});
