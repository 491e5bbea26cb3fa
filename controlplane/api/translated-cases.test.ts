import { expect, test } from 'vitest';
import { modelFromInputs, resourceFromInput, type Written } from '../mesh/testing/resources.ts';
import type { Model } from '../mesh/model.ts';
import { caseNames, readCase } from '../translate/testing/cases.ts';
import { missingPorts } from './checks/require-ports.ts';
import { ApiError } from '../http/errors.ts';
import { title } from '../mesh/names.ts';
import { DAYBREAK_MODEL } from '../model/daybreak-model.ts';
import { ruleOf } from './checks/missing-ports.ts';
import { requireReferences } from './checks/references.ts';
import type { RuleName } from './rules/catalog.ts';
import { ruleViolations } from './rules/rules.ts';
import { shapeViolations } from './validation/validate.ts';

// The API accepts every resource of every translation case. If it refuses one, a rule of docs/api-rules.md gives the reason;
// the translation handles that resource nevertheless, because models also come from backups and older versions.

/** Why the API refuses a resource: a rule, the model itself, or a reference to a missing resource. */
type Refusal = RuleName | 'model' | 'missing';

/** The resources that the API refuses, by case. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, readonly Refusal[]>>>> = {
  'access-log-unknown': { app: ['log-format'] },
  'cloud-map-unknown': { odd: ['text'] },
  collisions: {
    app: ['port-once', 'proxy-port', 'text'],
    own: ['proxy-port'],
    'line\nbreak.local': ['text'],
  },
  'gateway-ports': {
    'gw/absent-port': ['match-port'],
    'gw/ambiguous': ['match-port', 'target-port'],
    'gw/b': ['match-port'],
    'gw/grpc': ['match-port'],
    'gw/grpc-host': ['match-port'],
    'gw/http-header': ['match-port'],
  },
  'gateway-problems': {
    gw: ['port-once', 'proxy-port'],
    'gw/absent': ['missing'],
    'gw/regex': ['regex'],
    'gw/rewrite-line': ['text'],
  },
  'gateway-tcp': { 'gw/any': ['target-port'] },
  health: { e: ['outlier-time'], f: ['text'] },
  'http-matches': { 'r/empty-prefix': ['absolute-prefix'] },
  mismatches: {
    're/bad': ['regex'],
    're/large': ['regex'],
    're/line': ['text'],
    're/empty-name': ['query-name'],
    're/long-name': ['query-name'],
  },
  missing: {
    app: ['service-name-length'],
    silent: ['service-discovery'],
    'half/r': ['missing'],
    'no-node.local': ['missing'],
    'no-router.local': ['missing'],
  },
  pools: { app: ['pool-protocol'] },
  retries: { 'h/none': ['retry-some-event'], 'h/unknown': ['model'] },
  'router-ports': {
    'r/both': ['match-port'],
    'r/grpc': ['match-port', 'target-port'],
    'r/no-protocol': ['match-port', 'target-port'],
    'r/nowhere': ['target-port'],
  },
};

test.each(caseNames())('%s', (name) => {
  const resources = readCase(name).resources.map((written): Written => ({ meshName: 'm', ...written }));
  const model = modelFromInputs(resources);
  const refused = resources.flatMap((written) => {
    const found = refusals(model, written);
    return found.length === 0 ? [] : [[labelOf(written), found] as const];
  });
  expect(Object.fromEntries(refused)).toEqual(REFUSED[name] ?? {});
});

test('each case listed as refused exists', () => {
  expect(Object.keys(REFUSED).filter((name) => !caseNames().includes(name))).toEqual([]);
});

function refusals(model: Model, written: Written): readonly Refusal[] {
  const resource = resourceFromInput(written);
  const shape = `Create${title(resource.kind)}Input`;
  if (shapeViolations(shape, written, DAYBREAK_MODEL).length > 0) return ['model'];
  const broken = ruleViolations(shape, written).map(({ rule }): Refusal => rule);
  const missing = isMissing(model, written) ? (['missing'] as const) : [];
  return [...new Set([...broken, ...missing, ...missingPorts(model, resource).map(ruleOf)])].toSorted();
}

function isMissing(model: Model, written: Written): boolean {
  try {
    requireReferences(model, resourceFromInput(written));
    return false;
  } catch (error) {
    if (error instanceof ApiError) return true;
    throw error;
  }
}

/** A resource's name, prefixed by its router's or gateway's. */
function labelOf(written: Written): string {
  const { name, parent } = resourceFromInput(written);
  return parent === '' ? name : `${parent}/${name}`;
}
