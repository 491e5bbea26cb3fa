// Synthesizes a CDK app with each construct of App Mesh, imports it, and runs the result through a control plane. `node test/long/cdk-app.ts --cdk
// FOLDER [--envoy FILE] [--keep DIR]`: FOLDER has aws-cdk-lib and constructs in its node_modules; with --envoy, an Envoy for each node and gateway
// has to become LIVE, which needs root; --keep writes the fixture.
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { importedDocuments } from '../../cli/import/testing/imported-documents.ts';
import { liveOf } from '../../cli/import/testing/live.ts';
import { throughControlPlane } from '../../cli/import/testing/through-control-plane.ts';

const APP = join(import.meta.dirname, 'cdk/app.mjs');
const { values } = parseArgs({
  options: { cdk: { type: 'string' }, envoy: { type: 'string' }, keep: { type: 'string' } },
});

const out = await mkdtemp(join(tmpdir(), 'cdk-app-'));
try {
  await execa(process.execPath, [APP, values.cdk ?? '.', out], { stderr: 'ignore' });
  const { documents, problems, open } = await importedDocuments([out], { parameter: [] });
  const complaints = [
    ...problems,
    ...open.map((key) => `${key} is open`),
    ...(await throughControlPlane(documents)),
  ];
  if (values.envoy !== undefined) complaints.push(...(await liveOf(documents, values.envoy)));
  if (values.keep !== undefined) await keep(out, values.keep);
  process.stdout.write(`${documents.length} documents\n${complaints.map((each) => `${each}\n`).join('')}`);
  process.exitCode = complaints.length === 0 && documents.length > 0 ? 0 : 1;
} finally {
  await rm(out, { recursive: true });
}

/** Copies the templates and the files that refer to them, without data about CDK itself, the machine and CDK's feature flags. */
async function keep(from: string, to: string): Promise<void> {
  for (const name of await readdir(from, { recursive: true })) {
    if (!/(?:manifest|\.assets|\.template)\.json$/.test(name)) continue;
    const value = JSON.parse(await readFile(join(from, name), 'utf8')) as {
      artifacts?: Record<string, object>;
    };
    const artifacts = Object.entries(value.artifacts ?? {}).filter(([id]) => !id.startsWith('aws-cdk-lib/'));
    const kept =
      value.artifacts === undefined ? value : { ...value, artifacts: Object.fromEntries(artifacts) };
    await mkdir(dirname(join(to, name)), { recursive: true });
    await writeFile(join(to, name), `${JSON.stringify(kept, null, 1)}\n`);
  }
}
