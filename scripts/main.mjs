// The entry for `npm run setup|check|test|demo|bench|package`: installs what the task needs, then runs it under the project's own Node.
// Plain JavaScript for the machine's Node (20 or later), and no package, because none is installed yet.
import { join } from 'node:path';
import { buildConsole } from './console/build.mjs';
import { installAws } from './install/aws.mjs';
import { installChromium, installHostPackages, installTestPackages } from './install/debian.mjs';
import { installEnvoy, installOldestEnvoy } from './install/envoy.mjs';
import { SetupError } from './errors.mjs';
import { installMoto } from './install/moto.mjs';
import { installNpmPackages } from './install/npm-packages.mjs';
import { installPostgres } from './install/postgres.mjs';
import { whyUnsuitable } from './machine.mjs';
import { createProgress } from './progress.mjs';
import { mayMakeHosts } from './install/privilege.mjs';
import { check } from './tasks/check.mjs';
import { bench, demo, pack } from './tasks/program.mjs';
import { projectsOf, test } from './tasks/test.mjs';
import { createContext } from './context.mjs';

/** @import { Context } from './context.mjs' */
/**
 * @typedef {object} Task
 * @property {(context: Context, args: readonly string[]) => Promise<void>} setUp
 * @property {(context: Context, args: readonly string[]) => Promise<number>} run
 */

/** @type {Readonly<Record<string, Task>>} */
const TASKS = {
  setup: { setUp: installOnly, run: async () => 0 },
  check: { setUp: installCore, run: check },
  test: { setUp: installForTests, run: test },
  demo: { setUp: installForDemo, run: demo },
  bench: { setUp: installForBench, run: bench },
  package: { setUp: installNpmPackages, run: pack },
};

/**
 * `npm run setup`: what the programs, the images and `npm run check` need; with `--all`, what every test needs.
 * @param {Context} context
 * @param {readonly string[]} args
 */
async function installOnly(context, args) {
  const [unknown] = args.filter((arg) => arg !== '--all');
  if (unknown !== undefined)
    throw new SetupError(`npm run setup: no argument ${JSON.stringify(unknown)}: it takes --all`);
  await (args.includes('--all') ? installAll(context) : installCore(context));
}

/** @param {Context} context */
async function installCore(context) {
  await installNpmPackages(context);
  await installEnvoy(context);
  await buildPages(context);
}

/** The pages of the console, where a control plane that runs from the sources looks for them. @param {Context} context */
async function buildPages({ folder, signal }) {
  await buildConsole(join(folder, 'console'));
  signal.throwIfAborted();
}

/** @param {Context} context */
async function installAll(context) {
  await installTestPackages(context);
  await installChromium(context);
  await installPostgres(context);
  await installCore(context);
  await installOldestEnvoy(context);
  await installAws(context);
  await installMoto(context);
}

/**
 * Without root there are no tests with hosts, and nothing else needs PostgreSQL or the AWS command line.
 * @param {Context} context
 * @param {readonly string[]} args
 */
async function installForTests(context, args) {
  if (projectsOf(args).includes('net') && mayMakeHosts('npm test').yes) return installAll(context);
  await installCore(context);
  await installOldestEnvoy(context);
  await installMoto(context);
}

/** @param {Context} context */
async function installForDemo(context) {
  const may = mayMakeHosts('npm run demo');
  if (!may.yes) throw new SetupError(`the demo makes hosts out of network namespaces, and ${may.why}`);
  await installHostPackages(context);
  await installCore(context);
}

/** A bench that needs hosts says so itself; most need none. @param {Context} context */
async function installForBench(context) {
  if (mayMakeHosts('npm run bench').yes) await installHostPackages(context);
  await installCore(context);
}

/** @param {readonly string[]} argv */
async function main(argv) {
  const [name = '', ...args] = argv;
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    throw new SetupError(`no task ${JSON.stringify(name)}: it is one of ${Object.keys(TASKS).join(', ')}`);
  }
  const why = whyUnsuitable(process);
  if (why !== undefined) throw new SetupError(why);
  const context = createContext(createProgress(process.stderr));
  await task.setUp(context, args);
  return task.run(context, args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`daybreak: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof SetupError ? error.exitCode : 1;
}
