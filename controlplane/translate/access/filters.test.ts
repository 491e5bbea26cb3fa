import { expect, test } from 'vitest';
import { nodeAccess } from '../../mesh/access/compile-access.ts';
import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../mesh/testing/resources.ts';
import { NO_OPTIONS } from '../options.ts';
import { unreported } from '../problems.ts';
import { accessConfigs } from './filters.ts';

const NODE = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'b' } as const;
const OPTIONS = { ...NO_OPTIONS, trustDomain: 'apps.example', authorization: true };

/** The bytes of the filter that a virtual node with so many declared callers gets. */
function bytesWith(callers: number, spec: object): number {
  const model = modelFromInputs([{ meshName: 'm' }, { meshName: 'm', accessPolicyName: 'p', spec }]);
  const declared = Array.from({ length: callers }, (_, index) => ({ ...NODE, name: `caller-${index}` }));
  const access = nodeAccess(model, NODE, { mode: 'ENFORCE', callers: declared, trustDomain: 'apps.example' });
  const view = { name: 'b', access } as unknown as VirtualNodeView;
  const place = { port: 80, isHttp: true, chain: 'mesh' } as const;
  return accessConfigs(view, [place], OPTIONS, unreported)[0]?.any.length ?? 0;
}

test.each([
  'deny',
  'allow',
])('a rule with paths for all callers is there once: it was there for each of 1,000 callers, megabytes in all (%s)', (member) => {
  const http = Array.from({ length: 50 }, (_, index) => ({ path: { prefix: `/internal/${index}/` } }));
  const rules = bytesWith(1, { [member]: [{ http }] }) - bytesWith(1, {});
  expect(bytesWith(1000, { [member]: [{ http }] })).toBeLessThan(bytesWith(1000, {}) + 2 * rules);
});

test.each([
  'deny',
  'allow',
])('a rule with paths for 1,000 callers takes little room: each caller had a copy of the paths (%s)', (member) => {
  const http = Array.from({ length: 50 }, (_, index) => ({ path: { prefix: `/internal/${index}/` } }));
  const from = Array.from({ length: 1000 }, (_, index) => ({
    virtualNode: { virtualNodeName: `caller-${index}` },
  }));
  const rule = bytesWith(1, { [member]: [{ from }] }) + bytesWith(1, { [member]: [{ http }] });
  expect(bytesWith(1, { [member]: [{ from, http }] })).toBeLessThan(3 * rule);
});
