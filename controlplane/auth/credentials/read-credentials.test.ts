import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCredentials } from './read-credentials.ts';
import { DOCUMENT, GUEST, OWNER } from '../testing/signed-requests.ts';

const read = (document: unknown) =>
  readCredentials(
    'keys.json',
    Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
  );

const user = (extra: object) => ({
  name: 'a',
  accessKeys: [{ accessKeyId: 'AKA', secretAccessKey: 'a secret of enough'.replaceAll(' ', '-') }],
  ...extra,
});
const withPolicy = (...statements: object[]) => ({
  accounts: [{ id: OWNER, users: [user({ policies: [{ Statement: statements }] })] }],
});
const statement = { Effect: 'Allow', Action: 'appmesh:*', Resource: '*' };

it('compiles keys, their users, and the meshes that are shared with them', () => {
  const { keys, users } = read(DOCUMENT);
  expect(users).toContain(`arn:aws:iam::${OWNER}:user/admin`);
  expect(keys.get('AKGUEST')).toMatchObject({
    user: { account: GUEST, name: 'guest', sharedMeshes: [{ owner: OWNER, mesh: 'shared' }] },
    expires: undefined,
    sessionToken: undefined,
  });
  expect(keys.get('ASVISITOR')).toMatchObject({
    sessionToken: 'token',
    expires: Date.parse('2023-11-15T00:00:00Z'),
    user: { sharedMeshes: [] },
  });
});

describe('an invalid file is refused, with the path of each problem', () => {
  it.each<[string, unknown, string[]]>([
    ['no JSON', '{"accounts": [,]}', ['it is not valid JSON: line 1, column 15: expected a value or "]"']],
    ['another form', [], ['a list must be an object']],
    ['nothing', {}, ['"accounts" is missing']],
    ['no account', { accounts: [] }, ['accounts: the list must not be empty']],
    [
      'principals of AWS that are malformed, or in two places',
      {
        accounts: [
          {
            id: OWNER,
            users: [
              user({
                awsPrincipals: ['arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/p/x'],
              }),
            ],
          },
        ],
      },
      [
        'accounts[0].users[0].awsPrincipals[1]: arn:aws:iam::111122223333:role/p/x is already in accounts[0].users[0].awsPrincipals[0]',
      ],
    ],
    [
      'several things at once',
      {
        accounts: [
          { id: '12', users: [{ name: 'a b', keys: [] }] },
          { id: OWNER, shares: [{ mesh: 'm', with: ['x'] }] },
        ],
      },
      [
        'accounts[0].id: "12" must be an account id, twelve digits',
        'accounts[0].users[0]: "accessKeys" is missing',
        'accounts[0].users[0]: "keys" is unknown: it may have name, accessKeys, awsPrincipals, policies',
        'accounts[0].users[0].name: "a b" must be a user name of up to 64 letters, digits and _+=,.@-',
        'accounts[1].shares[0].with[0]: "x" must be an account id, twelve digits',
      ],
    ],
    [
      'a condition',
      withPolicy({ ...statement, Condition: {} }),
      [
        'accounts[0].users[0].policies[0].Statement[0]: "Condition" is unknown: it may have Sid, Effect, Action, Resource',
      ],
    ],
    [
      'an invalid effect, action and resources',
      withPolicy({ Effect: 'allow', Action: ['CreateMesh'], Resource: ['mesh/a', 'arn:${a}'] }),
      [
        'accounts[0].users[0].policies[0].Statement[0].Effect: "allow" must be one of Allow, Deny',
        'accounts[0].users[0].policies[0].Statement[0].Action[0]: "CreateMesh" must be an action such as appmesh:CreateMesh, appmesh:Describe* or *',
        'accounts[0].users[0].policies[0].Statement[0].Resource[0]: "mesh/a" must be an ARN, in which * and ? are wildcards, or *; policy variables (${…}) are not supported',
        'accounts[0].users[0].policies[0].Statement[0].Resource[1]: "arn:${a}" must be an ARN, in which * and ? are wildcards, or *; policy variables (${…}) are not supported',
      ],
    ],
    [
      'an action that is misspelt',
      withPolicy({ ...statement, Effect: 'Deny', Action: ['appmesh:DeletMesh', 'ec2:Anything'] }),
      ['accounts[0].users[0].policies[0]: no action matches appmesh:DeletMesh'],
    ],
    [
      'the same thing twice',
      {
        accounts: [
          { id: OWNER, users: [user({}), user({})] },
          { id: OWNER, shares: [{ mesh: 'm', with: [OWNER] }] },
        ],
      },
      [
        `accounts: account ${OWNER} is listed more than once`,
        'accounts[0].users: user a is listed more than once',
        'accounts[0].users[1].accessKeys[0].accessKeyId: AKA is already in accounts[0].users[0].accessKeys[0]',
        `accounts[1].shares[0].with: account ${OWNER} cannot share with itself`,
      ],
    ],
    [
      'an invalid time',
      {
        accounts: [
          {
            id: OWNER,
            users: [
              {
                name: 'a',
                accessKeys: [
                  { accessKeyId: 'AKA', secretAccessKey: 'x'.repeat(40), expiration: '2027-13-01T00:00:00Z' },
                ],
              },
            ],
          },
        ],
      },
      ['accounts[0].users[0].accessKeys[0].expiration: 2027-13-01T00:00:00Z is not a valid time'],
    ],
  ])('%s', (_, document, problems) => {
    expect(() => read(document)).toThrow(problems.map((problem) => `keys.json: ${problem}`).join('\n'));
  });

  it('without its secrets in the message', () => {
    const accessKeys = [{ accessKeyId: 'AKA', secretAccessKey: 'hush', sessionToken: 'hu sh' }];
    const document = { accounts: [{ id: OWNER, users: [{ name: 'a', accessKeys }] }] };
    expect(() => read(document)).toThrow('secretAccessKey: it must be a secret of 16 to 256');
    const broken = '{"accounts": [{"users": [{"accessKeys": [{"secretAccessKey": "hush" "hush"';
    for (const content of [document, broken]) expect(() => read(content)).not.toThrow(/hush|hu sh/);
  });
});

it('the example of the reference is valid', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/credentials.md'), 'utf8');
  const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  expect(read(example).users).toEqual([
    'arn:aws:iam::111122223333:user/deploy',
    'arn:aws:iam::111122223333:user/prometheus',
  ]);
});
