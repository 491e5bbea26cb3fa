import { describe, expect, test } from 'vitest';
import { nodesOfCertificate } from './certificate-nodes.ts';
import { parseIdentity } from '../identity.ts';
import { admitsEveryNode, admitsNode, formatNodePattern, parseNodePattern } from './node-pattern.ts';

const OWN = '111122223333';
const OTHER = '444455556666';

describe('a pattern admits a node', () => {
  test.each([
    ['mesh/m/virtualNode/n', 'mesh/m/virtualNode/n', OWN, true],
    ['mesh/m/virtualNode/n', `arn:aws:appmesh:eu-west-1:${OWN}:mesh/m/virtualNode/n`, OWN, true],
    [`arn:aws:appmesh:eu-west-1:${OWN}:mesh/m/virtualNode/n`, 'mesh/m/virtualNode/n', OWN, true],
    ['mesh/m/virtualNode/n', 'mesh/m/virtualNode/nn', OWN, false],
    ['mesh/m/virtualNode/n', 'mesh/m/virtualGateway/n', OWN, false],
    ['mesh/m/virtualNode/*', 'mesh/m/virtualNode/anything', OWN, true],
    ['mesh/m/virtualNode/web-?', 'mesh/m/virtualNode/web-1', OWN, true],
    ['mesh/m/*/*', 'mesh/m/virtualGateway/g', OWN, true],
    ['mesh/m*/virtualNode/n', 'mesh/mesh/virtualNode/n', OWN, true],
    ['mesh/m/virtualNode/*', 'mesh/other/virtualNode/n', OWN, false],
    ['*', 'mesh/m/virtualGateway/g', undefined, true],
    ['mesh/a@b/virtualNode/n', 'mesh/a@b/virtualNode/n', OWN, true],
    [`mesh/a@b@${OWN}/virtualNode/*`, 'mesh/a@b/virtualNode/n', OTHER, false],
    // The account that owns the mesh counts, not the account in the id.
    [`mesh/m@${OWN}/virtualNode/n`, 'mesh/m/virtualNode/n', OWN, true],
    [`mesh/m@${OWN}/virtualNode/n`, `mesh/m@${OWN}/virtualNode/n`, OTHER, false],
    [`mesh/m@${OWN}/virtualNode/n`, 'mesh/m/virtualNode/n', undefined, false],
  ])('%s, %s of %s: %s', (text, id, owner, expected) => {
    const pattern = parseNodePattern(text);
    expect(pattern).toBeDefined();
    const subject = { identity: parseIdentity(id), owner };
    expect(admitsNode(pattern === undefined ? [] : [pattern], subject)).toBe(expected);
  });
});

test.each([
  '',
  'n',
  'mesh/m',
  'mesh/m/*',
  'mesh/m/virtualRouter/r',
  'mesh/m/virtualNode/n/x',
  'mesh/m@1/virtualNode/n',
  'mesh/m@*/virtualNode/n',
  'mesh/m@????????????/virtualNode/n',
  '**',
])('%j is not a pattern', (text) => expect(parseNodePattern(text)).toBeUndefined());

test.each([
  ['*', true],
  ['mesh/*/*/*', true],
  ['mesh/*/virtualNode/*', false],
  [`mesh/*@${OWN}/*/*`, false],
])('%s admits every node: %s', (text, expected) => {
  const pattern = parseNodePattern(text);
  expect(pattern && admitsEveryNode([pattern])).toBe(expected);
});

describe('a certificate names nodes', () => {
  test.each<[string, string | undefined, string | undefined, readonly string[]]>([
    ['by a SPIFFE id', 'spiffe://prod.example/mesh/m/virtualNode/n', undefined, ['mesh/m/virtualNode/n']],
    [
      'by an ARN',
      `arn:aws:appmesh:eu-west-1:${OWN}:mesh/m/virtualNode/n`,
      'x',
      [`mesh/m@${OWN}/virtualNode/n`],
    ],
    ['by its common name', undefined, 'mesh/m/virtualGateway/g', ['mesh/m/virtualGateway/g']],
    [
      'by URI only, if it has both',
      'spiffe://x/mesh/m/virtualNode/n',
      'mesh/m/virtualNode/*',
      ['mesh/m/virtualNode/n'],
    ],
    ['with wildcards', 'spiffe://x/mesh/m/virtualNode/*', undefined, ['mesh/m/virtualNode/*']],
    ['not by other URIs', 'spiffe://x/ns/default/sa/web', 'web.example', []],
    ['not by a star', undefined, '*', []],
  ])('%s', (_, uri, CN, expected) => {
    const subjectaltname = uri === undefined ? 'DNS:mesh/m/virtualNode/dns' : `DNS:a.example, URI:${uri}`;
    const nodes = nodesOfCertificate({ subject: CN === undefined ? {} : { CN }, subjectaltname });
    expect(nodes.map(formatNodePattern)).toEqual(expected);
  });

  test('a name that looks like several is one name', () => {
    const subjectaltname = 'DNS:"x, URI:spiffe://x/mesh/m/virtualNode/n"';
    expect(nodesOfCertificate({ subject: {}, subjectaltname })).toEqual([]);
  });
});
