import { beforeEach, expect, it } from 'vitest';
import type { SpecChange } from '../../controlplane/console/contract.ts';
import { CallError } from '../api/call.ts';
import { ofKind, type Typed } from '../model/resources.ts';
import type { Standing } from '../model/routes/standing.ts';
import { meshOf, route } from '../testing/example-mesh.ts';
import { createStandingReader, type StandingReader } from './standings.ts';

let fails: CallError | undefined;
let reads: string[];
let waits: (() => void)[];
let shown: ReadonlyMap<string, Standing>;
let reader: StandingReader;

beforeEach(() => {
  fails = undefined;
  reads = [];
  waits = [];
  shown = new Map();
  reader = createStandingReader({
    read({ name, version }) {
      reads.push(`${name} ${version}`);
      return fails === undefined ? Promise.resolve([CHANGE]) : Promise.reject(fails);
    },
    show: (known) => {
      shown = known;
    },
    wait: (then) => waits.push(then),
  });
});

const CHANGE: SpecChange = {
  id: '1.0',
  revision: 1,
  resource: { kind: 'route', owner: '', mesh: 'm', parent: 'r', name: 'a', arn: '' },
  change: 'create',
  at: '2026-01-01T00:00:00Z',
  source: 'api',
  after: {
    version: 1,
    spec: { httpRoute: { action: { weightedTargets: [{ virtualNode: 'x', weight: 1 }] } } },
  },
};

function versionOf(name: string, version: number): Typed<'route'> {
  const [only] = ofKind(meshOf({ ...route('r', name, '/', { x: 1 }), version }), 'route');
  if (only === undefined) throw new Error('the mesh has a route');
  return only;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('reads each version of a route once', async () => {
  reader.want([versionOf('a', 1), versionOf('b', 1)]);
  reader.want([versionOf('a', 1), versionOf('b', 2)]);
  await settled();
  reader.want([versionOf('a', 1), versionOf('b', 2)]);
  await settled();
  expect(reads).toEqual(['a 1', 'b 1', 'b 2']);
  expect(shown.size).toBe(2);
});

it('forgets versions that are no longer shown: a page that was open for a day kept them all', async () => {
  for (let version = 1; version <= 50; version += 1) {
    reader.want([versionOf('a', version)]);
    await settled();
    expect(shown.size).toBe(1);
  }
});

it('reads again when the control plane is back: the page stayed without the time of the weights', async () => {
  fails = new CallError(0, 'away', '');
  reader.want([versionOf('a', 1)]);
  await settled();
  expect(shown.size).toBe(0);
  fails = undefined;
  for (const then of waits.splice(0)) then();
  await settled();
  expect([reads, shown.size]).toEqual([['a 1', 'a 1'], 1]);
});

it('does not ask again without the permission, or after the page has gone', async () => {
  fails = new CallError(403, 'AccessDeniedException', '');
  reader.want([versionOf('a', 1)]);
  await settled();
  expect(waits).toEqual([]);
  fails = new CallError(0, 'away', '');
  reader.want([versionOf('a', 2)]);
  await settled();
  reader.stop();
  for (const then of waits) then();
  await settled();
  expect(reads).toEqual(['a 1', 'a 2']);
});
