// The way in for `npm run check|test|demo|bench`: sets up what the task needs, then runs it under the project's own Node.
// Plain JavaScript for the machine's Node (20 or later), and no package, because none is installed yet.
import { installAws } from './aws.mjs';
import { installHostPackages, installTestPackages } from './debian.mjs';
import { installEnvoy, installOldestEnvoy } from './envoy.mjs';
import { SetupError } from './errors.mjs';
import { installMoto } from './moto.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { installPostgres } from './postgres.mjs';
import { createProgress } from './progress.mjs';
import { mayMakeHosts } from './privilege.mjs';
import { check } from './task-check.mjs';
import { demo, bench } from './task-program.mjs';
import { test } from './task-test.mjs';
import { createWorkshop } from './workshop.mjs';

/** @import { Workshop } from './workshop.mjs' */
/** @typedef {{ setUp: (workshop: Workshop) => Promise<void>, run: (workshop: Workshop, args: readonly string[]) => Promise<number> }} Task */

/** @type {Readonly<Record<string, Task>>} */
const TASKS = {
  check: { setUp: installCore, run: check },
  test: { setUp: installForTests, run: test },
  demo: { setUp: installForDemo, run: demo },
  bench: { setUp: installForBench, run: bench },
  install: { setUp: installAll, run: async () => 0 },
};

/** @param {Workshop} workshop */
async function installCore(workshop) {
  await installNpmPackages(workshop);
  await installEnvoy(workshop);
}

/** @param {Workshop} workshop */
async function installAll(workshop) {
  await installTestPackages(workshop);
  await installPostgres(workshop);
  await installCore(workshop);
  await installOldestEnvoy(workshop);
  await installAws(workshop);
  await installMoto(workshop);
}

/**
 * Without root there are no tests with hosts, and nothing else needs PostgreSQL, the AWS command line or another Envoy.
 * @param {Workshop} workshop
 */
async function installForTests(workshop) {
  if (mayMakeHosts('npm test').yes) return installAll(workshop);
  await installCore(workshop);
  await installMoto(workshop);
}

/** @param {Workshop} workshop */
async function installForDemo(workshop) {
  const may = mayMakeHosts('npm run demo');
  if (!may.yes) throw new SetupError(`the demo makes hosts out of network namespaces, and ${may.why}`);
  await installHostPackages(workshop);
  await installCore(workshop);
}

/** A bench that needs hosts says so itself; most need none. @param {Workshop} workshop */
async function installForBench(workshop) {
  if (mayMakeHosts('npm run bench').yes) await installHostPackages(workshop);
  await installCore(workshop);
}

/** @param {readonly string[]} argv */
async function main(argv) {
  const [name = '', ...args] = argv;
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    throw new SetupError(`no task ${JSON.stringify(name)}: it is one of ${Object.keys(TASKS).join(', ')}`);
  }
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new SetupError(`this is Node ${process.versions.node}: the set-up needs Node 20 or later`);
  }
  const workshop = createWorkshop(createProgress(process.stderr));
  await task.setUp(workshop);
  return task.run(workshop, args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`daybreak: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
