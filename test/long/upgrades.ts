// Runs agents and a control plane one release apart, both ways: the color application with the control plane of this checkout and the agents of
// another commit, and the reverse; and the store of one opened by the other. The other is the last tag, or REF. If REF has an older schema of the
// store, it plays the upgrade, the refusal of the older program and the way back by the backup instead. Run as root, with DAYBREAK_ENVOY, and to
// try an older Envoy, with that one: node test/long/upgrades.ts [--ref REF]
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { startColorMesh } from '../../demo/color-mesh.ts';
import { startTraffic } from '../../demo/traffic.ts';
import { startControlPlane } from '../lab/programs/control-plane.ts';
import type { Program } from '../lab/programs/program.ts';
import { createLab } from '../lab/lab.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { ref: { type: 'string' } } });
/** Requests of each part. */
const REQUESTS = 500;

const ref = values.ref ?? (await lastTag());
const scratch = mkdtempSync(join(tmpdir(), 'upgrades-'));
chmodSync(scratch, 0o755);
try {
  const other = await otherBundle(ref);
  let failed = 0;
  const back = await playSchemaChange(ref, other);
  if (back === 'same schema') {
    for (const [what, ours] of [
      ['the control plane is upgraded first', 'controlplane'],
      ['the agents are upgraded first', 'agents'],
    ] as const)
      failed += await play(what, ours, other);
  } else failed = back;
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

async function lastTag(): Promise<string> {
  const { stdout, exitCode } = await execa('git', ['describe', '--tags', '--abbrev=0'], {
    cwd: ROOT,
    reject: false,
  });
  return exitCode === 0 ? stdout.trim() : 'HEAD~1';
}

/** Bundles the programs of a commit, and returns the path of its command. */
async function otherBundle(commit: string): Promise<string> {
  const checkout = join(scratch, 'checkout');
  mkdirSync(checkout);
  await execa('sh', ['-c', 'git archive "$0" | tar -x -C "$1"', commit, checkout], { cwd: ROOT });
  await providePackages(checkout);
  const places = ['test/lab/programs/bundle.ts', 'test/lab/bundle.ts'].map((path) => join(checkout, path));
  const script = `import { bundle } from '${places.find((path) => existsSync(path))}';
    process.stdout.write((await bundle({ folder: '${scratch}/programs' })).daybreak);`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: checkout,
  });
  if (!existsSync(stdout)) throw new Error(`no bundle of ${commit}: ${stdout}`);
  await execa('chmod', ['-R', 'go+rX', join(scratch, 'programs')]);
  return stdout;
}

/** Gives a checkout the npm packages that its lock file names: ours if the file is the same. */
async function providePackages(checkout: string): Promise<void> {
  const lock = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lock(checkout) === lock(ROOT)) {
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    return;
  }
  await execa('npm', ['ci', '--silent', '--ignore-scripts'], { cwd: checkout });
}

/** Plays one order of an upgrade. Returns the number of failed requests. */
async function play(what: string, ours: 'controlplane' | 'agents', other: string): Promise<number> {
  const lab = await createLab({ name: 'upgrades' });
  try {
    const current = await stage(lab);
    const older: Stage = { ...current, daybreak: other };
    const [first, agents] = ours === 'controlplane' ? [current, older] : [older, current];
    const mesh = await startColorMesh(lab, agents, { 'colorteller-vn': 1 }, undefined, undefined, first);
    const traffic = startTraffic(mesh.url, 200);
    await until('requests', () => traffic.tally().requests >= REQUESTS);
    // The control plane of the other release continues with the same store, and then the first one again.
    let program = mesh.controlPlane.program;
    for (const next of [first === current ? older : current, first]) {
      program.kill('SIGTERM');
      await program.ended;
      program = (await startControlPlane(mesh.controlHost, next)).program;
      await mesh.inSync();
      const before = traffic.tally().requests;
      await until('requests', () => traffic.tally().requests >= before + REQUESTS);
    }
    const { requests, failures } = await traffic.stop();
    process.stdout.write(`${what}, with ${ref}: ${requests} requests, ${failures} failed\n`);
    return failures;
  } finally {
    await lab.close();
  }
}

/**
 * Plays a change of the schema under load: the older control plane, then this one, whose migration writes a backup; then the older one is
 * refused, and serves again from the backup.
 * @returns the number of failed requests
 */
async function playSchemaChange(commit: string, other: string): Promise<number | 'same schema'> {
  const lab = await createLab({ name: 'schema' });
  try {
    const current = await stage(lab);
    const older: Stage = { ...current, daybreak: other };
    const mesh = await startColorMesh(lab, current, { 'colorteller-vn': 1 }, undefined, undefined, older);
    const { controlHost: host } = mesh;
    const stop = async (program: Program): Promise<void> => {
      program.kill('SIGTERM');
      await program.ended;
    };
    const traffic = startTraffic(mesh.url, 200);
    await stop(mesh.controlPlane.program);
    const upgraded = await startControlPlane(host, current);
    const backup = readdirSync(join(host.folder, 'model')).find((name) => /^before-\d+\.backup$/.test(name));
    if (backup === undefined) {
      await traffic.stop();
      return 'same schema';
    }
    await mesh.inSync();
    await stop(upgraded.program);
    const listen = ['--api', `${host.address}:8080`, '--ads', `${host.address}:18000`, '--insecure'];
    const refusal = await host.exec(
      older.node,
      [older.daybreak, 'controlplane', '--data', join(host.folder, 'model'), ...listen],
      { check: false },
    );
    if (refusal.code === 0 || !/by a later version/.test(refusal.stderr) || /\n\s+at /.test(refusal.stderr))
      throw new Error(`the older program is not refused: exit ${refusal.code}: ${refusal.stderr}`);
    process.stdout.write(`${commit} on the newer store: exit ${refusal.code}: ${refusal.stderr}`);
    renameSync(join(host.folder, 'model'), join(host.folder, 'newer'));
    const restore = ['restore', join(host.folder, 'newer', backup), '--data', join(host.folder, 'model')];
    await host.exec(older.node, [older.daybreak, ...restore]);
    await startControlPlane(host, older);
    await mesh.inSync();
    const before = traffic.tally().requests;
    await until('requests', () => traffic.tally().requests >= before + REQUESTS);
    const { requests, failures } = await traffic.stop();
    process.stdout.write(
      `a change of the schema and back, with ${commit}: ${requests} requests, ${failures} failed\n`,
    );
    return failures;
  } finally {
    await lab.close();
  }
}
