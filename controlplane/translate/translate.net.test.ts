import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSelfSigned } from '../tls/testing/certificates.ts';
import { caseNames, golden, readCase, translateCase } from './testing/cases.ts';
import { envoyOf, ENVOYS, validate } from './testing/real-envoy.ts';
import { LACKING } from './testing/features.ts';
import { staticConfig } from './testing/static-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'translate-'));
const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };

beforeAll(() => writeSelfSigned(files));
afterAll(() => rmSync(folder, { recursive: true }));

/** The cases name key files as such; all other files are certificates. */
const fileOf = (path: string): string => (path.endsWith('-key.pem') ? files.key : files.cert);

/** Known warnings about the logger of the metrics extension: 1.37 calls it unfinished, 1.40 a field of it deprecated. */
const KNOWN =
  /access_loggers\.stats\.v3\.Config(?:' is marked as work-in-progress\.|.* deprecated option '[\w.]+\.stat_prefix')/;

const withoutKnown = (complaints: string): string =>
  complaints
    .split('\n')
    .filter((line) => !KNOWN.test(line))
    .join('\n');

describe.each(ENVOYS)('%s', (variable) => {
  test.each(caseNames())('accepts all of %s', async (name) => {
    const read = readCase(name);
    const asked = { ...read, features: { ...read.features, ...LACKING[variable] } };
    const config = JSON.stringify(staticConfig(golden(translateCase(asked)), fileOf));
    expect(withoutKnown(await validate(envoyOf(variable), config))).toBe('');
  });

  test('rejects an invalid configuration, so that the other cases prove something', async () => {
    const wrong = golden(translateCase(readCase('colors')));
    const config = JSON.stringify(staticConfig({ ...wrong, clusters: [] }));
    expect(await validate(envoyOf(variable), config)).toContain('unknown weighted cluster');
  });

  test('rejects a missing certificate file', async () => {
    const config = JSON.stringify(staticConfig(golden(translateCase(readCase('tls-listeners')))));
    expect(await validate(envoyOf(variable), config)).toContain('Invalid path: /keys/');
  });
});
