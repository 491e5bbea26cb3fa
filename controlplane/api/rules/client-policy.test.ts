import { expect, it } from 'vitest';
import { ruleViolations } from './rules.ts';

const FILE = { trust: { file: { certificateChain: '/ca' } } };
const SDS = { trust: { sds: { secretName: 'ROOTCA' } } };
const names = (...exact: readonly string[]) => ({ subjectAlternativeNames: { match: { exact } } });

const VALIDATION = 'spec.backendDefaults.clientPolicy.tls.validation';
const NAMES = `${VALIDATION}.subjectAlternativeNames`;

// Client policies, each with the path and a part of the message of each violation; without any, the policy is accepted.
const CASES: readonly (readonly [what: string, tls: object, ...wrong: (readonly [string, string])[]])[] = [
  ['trust by file', { validation: FILE }],
  [
    'a wildcard',
    { validation: { ...FILE, ...names('a.local', '*.local') } },
    [`${NAMES}.match.exact.2.member`, 'without * if the policy is enforced'],
  ],
  ['a wildcard where it is not enforced', { enforce: false, validation: { ...FILE, ...names('*.local') } }],
  ['trust by secret discovery', { validation: { ...SDS, ...names('spiffe://a/b') } }],
  ['trust by secret discovery without names', { validation: SDS }, [NAMES, 'at least one name']],
  ['the same with none', { validation: { ...SDS, ...names() } }, [NAMES, 'at least one name']],
  [
    'a secret without a name',
    { validation: { trust: { sds: { secretName: '' } }, ...names('a') } },
    [`${VALIDATION}.trust.sds.secretName`, 'length greater than or equal to 1'],
  ],
];

it.each(
  ['Node', 'Gateway'].flatMap((kind) => CASES.map((row) => ({ kind, row }))),
)('the client policy of a $kind: $row.0', ({ kind, row: [, tls, ...wrong] }) => {
  const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
  const spec = { backendDefaults: { clientPolicy: { tls } }, ...(kind === 'Node' ? {} : { listeners }) };
  const input = { meshName: 'm', [`virtual${kind}Name`]: 'a', spec };
  const found = ruleViolations(`CreateVirtual${kind}Input`, input);
  expect(found.map(({ path, constraint }) => [path, constraint])).toEqual(
    wrong.map(([path, constraint]) => [path, expect.stringContaining(constraint)]),
  );
});
