// `npm run bench -- NAME [--json] [ARGUMENTS]`: runs a bench, and compares the figures with those of a peer.
import { BenchUsageError, type RunBench } from './figures/bench.ts';
import { benchJson, benchTable } from './figures/table.ts';

/** Every bench by its name; only the named one is loaded. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly run: RunBench }>>> = {
  agent: () => import('./agent/agent.ts'),
  'agent-telemetry': () => import('./telemetry/agent-telemetry.ts'),
  api: () => import('./api/api.ts'),
  console: () => import('./console/console.ts'),
  'data-path': () => import('./data-path/data-path.ts'),
  identity: () => import('./identity/identity.ts'),
  images: () => import('./images/images.ts'),
  import: () => import('./import.ts'),
  proxyinit: () => import('./proxyinit.ts'),
  reconnect: () => import('./reconnect/reconnect.ts'),
  replicas: () => import('./replicas.ts'),
  reports: () => import('./reports/reports.ts'),
  propagation: () => import('./propagation.ts'),
  push: () => import('./push/push.ts'),
  telemetry: () => import('./telemetry/telemetry.ts'),
  traces: () => import('./telemetry/traces.ts'),
  translate: () => import('./translate.ts'),
};

async function main(words: readonly string[]): Promise<void> {
  const json = words.includes('--json');
  const [name = '', ...args] = words.filter((word) => word !== '--json');
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined) {
    const wanted = Object.keys(BENCHES).join(', ');
    throw new BenchUsageError(`no bench ${JSON.stringify(name)}: it has to be one of ${wanted}`);
  }
  const { run } = await load();
  const bench = await run({ args, say: (line) => void process.stderr.write(`${line}\n`) });
  process.stdout.write(json ? benchJson(name, bench) : benchTable(bench));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `bench: ${error instanceof BenchUsageError ? error.message : String((error as Error).stack)}\n`,
  );
  process.exitCode = error instanceof BenchUsageError ? error.exitCode : 1;
}
