import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { execa } from 'execa';
import { holdsWheels, installWheels, providePython } from './python.mjs';
import type { Context } from '../context.mjs';

// A wheel is a zip archive, which Python writes by itself.
const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("little.py", "name = 'little'\\n")
    about = "little-1.0.dist-info/"
    wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\\nName: little\\nVersion: 1.0\\n")
    wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(about + "RECORD", "")
`;

test('an installation is current until the requirements change, and wrong bytes are not installed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'daybreak-wheels-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const context: Context = {
    root,
    folder: root,
    progress: { step: (_, __, work) => work() },
    signal: new AbortController().signal,
    env: { PATH: process.env['PATH'] ?? '' },
    settled: () => undefined,
  };
  const python = await providePython(context);
  const wheel = join(root, 'little-1.0-py3-none-any.whl');
  await execa(python.executable, ['-c', MAKE_WHEEL, wheel]);
  const requirements = join(root, 'requirements.txt');
  const pin = (hash: string) =>
    writeFile(requirements, `--no-index\n--find-links ${root}\nlittle==1.0 --hash=sha256:${hash}\n`);
  await pin(
    createHash('sha256')
      .update(await readFile(wheel))
      .digest('hex'),
  );

  expect(await holdsWheels(join(root, 'packages'), requirements)).toBe(false);
  const packages = await installWheels(context, python, requirements, root);
  expect(await readFile(join(packages, 'little.py'), 'utf8')).toContain('little');
  expect(await holdsWheels(packages, requirements)).toBe(true);

  await pin('0'.repeat(64));
  expect(await holdsWheels(packages, requirements)).toBe(false);
  await expect(installWheels(context, python, requirements, join(root, 'again'))).rejects.toThrow(/hash/i);
});
