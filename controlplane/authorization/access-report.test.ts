import { expect, test } from 'vitest';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import { accessReport } from './access-report.ts';

const meshName = 'm';
const listener = (port: number, protocol: string) => ({ portMapping: { port, protocol } });
const http = [{ path: { prefix: '/x' } }];

test('a rule with http that a later listener of protocol tcp makes void is reported with the reason', () => {
  const model = modelFromInputs([
    { meshName, spec: {} },
    { meshName, virtualNodeName: 'n', spec: { listeners: [listener(80, 'http'), listener(90, 'tcp')] } },
    {
      meshName,
      accessPolicyName: 'extra',
      spec: {
        target: { virtualNode: { virtualNodeName: 'n' } },
        allow: [{ http, ports: [90] }],
        deny: [{ http }, { http, ports: [80] }],
      },
    },
  ]);
  const [node] = accessReport(model, { owner: FIXTURE_OWNER, mesh: 'm' }, () => []).nodes;
  expect(node?.allow.map(({ problem }) => problem)).toEqual([
    'it has http, and can only match listener 90 of protocol tcp: it has no effect',
  ]);
  expect(node?.deny.map(({ problem }) => problem)).toEqual([
    'it has http, and so does not refuse connections to listener 90 of protocol tcp',
    undefined,
  ]);
});
