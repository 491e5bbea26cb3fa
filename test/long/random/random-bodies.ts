// Sends random bodies to every operation that takes one, of both versions of the API, and checks that each answer is an expected one and that the
// process does not grow. `node test/long/random/random-bodies.ts --runs 1000000`
import { setImmediate as soon } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import {
  anyCall,
  faultOf,
  sendCall,
  WRITING_OPERATIONS,
  type AnyCall,
} from '../../../controlplane/api/testing/any-call.ts';
import { makeAll, startApi, type Answer, type TestApi } from '../../../controlplane/api/testing/test-api.ts';
import { nameMember } from '../../../controlplane/mesh/names.ts';
import type { Operation } from '../../../controlplane/model/operations.ts';

/** The number of calls that are generated at a time. */
const BATCH = 500;
/** How much larger the heap may be at the end than after the first tenth of the calls, in MiB. */
const GROWTH_MIB = 8;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now()) },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);

process.stdout.write(`${runs} calls, seed ${seed}\n`);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const api = await startApi();
  await makeAll(api);
  const sizes: number[] = [];
  const statuses = new Map<number, number>();
  for (let sent = 0; sent < runs; sent += BATCH) {
    const operation = WRITING_OPERATIONS[(sent / BATCH) % WRITING_OPERATIONS.length] as Operation;
    for (const call of fc.sample(anyCall(operation), { numRuns: BATCH, seed: seed + sent })) {
      const answer = await sendCall(api.app, call);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const fault = faultOf(operation, call, answer);
      if (fault !== undefined) {
        process.stdout.write(`${operation.name} ${call.url}\n${call.body}\n${fault}\n`);
        return false;
      }
      await takeBack(api, operation, call, answer);
    }
    if (Math.floor((sent + BATCH) / (runs / 10)) > Math.floor(sent / (runs / 10))) {
      sizes.push(await heapMib());
      process.stdout.write(`${sent + BATCH} calls, heap ${sizes.at(-1)} MiB\n`);
    }
  }
  await api.close();
  process.stdout.write(
    `${JSON.stringify({ runs, seed, statuses: Object.fromEntries(statuses), heapMib: sizes })}\n`,
  );
  const growth = (sizes.at(-1) ?? 0) - (sizes[0] ?? 0);
  if (growth > GROWTH_MIB) process.stdout.write(`the heap grew by ${growth} MiB\n`);
  return growth <= GROWTH_MIB;
}

// Deletes a created resource; otherwise the model would grow as it should.
async function takeBack(
  { app }: TestApi,
  operation: Operation,
  { url }: AnyCall,
  { status, body }: Answer,
): Promise<void> {
  if (status !== 200 || operation.verb !== 'Create') return;
  const name = String(body[nameMember(operation.kind)]);
  await app.inject({ method: 'DELETE', url: `${url}/${encodeURIComponent(name)}` });
}

async function heapMib(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Objects that the first pass freed may have had finalizers; the second pass frees the rest.
  collect();
  await soon();
  collect();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}
