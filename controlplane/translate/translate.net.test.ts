import { execa } from 'execa';
import { expect, test } from 'vitest';
import { caseNames, golden, readCase, translateCase } from './fixture.ts';
import { staticConfig } from './static-config.ts';

test.each(caseNames())('Envoy takes all of %s', async (name) => {
  const config = JSON.stringify(staticConfig(golden(translateCase(readCase(name)))));
  expect(await validate(config)).toBe('');
});

test('Envoy refuses what is wrong, so the others say something', async () => {
  const wrong = golden(translateCase(readCase('colors')));
  expect(await validate(JSON.stringify(staticConfig({ ...wrong, clusters: [] })))).toContain(
    'unknown weighted cluster',
  );
});

/** What a real Envoy has against a bootstrap; '' when nothing. */
async function validate(config: string): Promise<string> {
  const envoy = process.env['DAYBREAK_ENVOY'];
  if (envoy === undefined) throw new Error('DAYBREAK_ENVOY is not set: it must name an Envoy binary');
  const args = ['--mode', 'validate', '--log-level', 'warn', '--config-yaml', config];
  const { exitCode, stderr } = await execa(envoy, args, { reject: false, timeout: 30_000 });
  return exitCode === 0 && stderr === '' ? '' : stderr;
}
