import type { JsonSchema } from '../../model/json-schema.ts';

/** One statement of a policy, in IAM's format. */
export type StatementDocument = {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};

/** An IAM policy. */
export type PolicyDocument = {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: StatementDocument | readonly StatementDocument[];
};

/** A key of a user; `expiration` in ISO 8601. */
export type AccessKeyDocument = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: string;
};

/** A user of an account, who has no permissions without policies. */
export type UserDocument = {
  readonly name: string;
  readonly accessKeys: readonly AccessKeyDocument[];
  /** ARNs of the IAM roles and users that may log in as this user. */
  readonly awsPrincipals?: readonly string[];
  readonly policies?: readonly PolicyDocument[];
};

/** An account: its users, and the meshes that it shares with other accounts. */
export type AccountDocument = {
  readonly id: string;
  readonly users?: readonly UserDocument[];
  readonly shares?: readonly { readonly mesh: string; readonly with: readonly string[] }[];
};

/** The credentials file. */
export type CredentialsDocument = { readonly accounts: readonly AccountDocument[] };

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  ...required: readonly string[]
): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: JsonSchema, minItems = 0): JsonSchema => ({ type: 'array', items, minItems });
const text = (pattern: string, description: string): JsonSchema => ({ type: 'string', pattern, description });
const anyText: JsonSchema = { type: 'string' };
const oneOrMore = (item: JsonSchema): JsonSchema => ({
  if: { type: 'array' },
  // oxlint-disable-next-line unicorn/no-thenable
  then: list(item, 1),
  else: item,
});

const accountId = text('^\\d{12}$', 'an account id, twelve digits');
const action = text(
  '^(\\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$',
  'an action such as appmesh:CreateMesh, appmesh:Describe* or *',
);
const resource = text(
  '^(\\*|arn:[^$]*)$',
  'an ARN, in which * and ? are wildcards, or *; policy variables (${…}) are not supported',
);
const statement = object(
  {
    Sid: anyText,
    Effect: { type: 'string', enum: ['Allow', 'Deny'] },
    Action: oneOrMore(action),
    Resource: oneOrMore(resource),
  },
  'Effect',
  'Action',
  'Resource',
);

/** The schema of the file; `description` is the constraint of a text in words. */
export const CREDENTIALS_SCHEMA: JsonSchema = object(
  {
    accounts: list(
      object(
        {
          id: accountId,
          users: list(
            object(
              {
                name: text('^[\\w+=,.@-]{1,64}$', 'a user name of up to 64 letters, digits and _+=,.@-'),
                accessKeys: list(
                  object(
                    {
                      accessKeyId: text('^\\w{3,128}$', 'an access key id of 3 to 128 letters, digits and _'),
                      secretAccessKey: text(
                        '^[!-~]{16,256}$',
                        'a secret of 16 to 256 printable ASCII characters without spaces',
                      ),
                      sessionToken: text(
                        '^[!-~]{1,4096}$',
                        'a session token of printable ASCII characters without spaces',
                      ),
                      expiration: text(
                        '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
                        'a time in ISO 8601, e.g. 2027-01-31T00:00:00Z',
                      ),
                    },
                    'accessKeyId',
                    'secretAccessKey',
                  ),
                ),
                awsPrincipals: list(
                  text(
                    '^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/[\\w+=,.@/-]{1,576}$',
                    'the ARN of an IAM role or user, e.g. arn:aws:iam::111122223333:role/deploy',
                  ),
                ),
                policies: list(
                  object(
                    {
                      Version: { type: 'string', enum: ['2012-10-17', '2008-10-17'] },
                      Id: anyText,
                      Statement: oneOrMore(statement),
                    },
                    'Statement',
                  ),
                ),
              },
              'name',
              'accessKeys',
            ),
          ),
          shares: list(
            object(
              { mesh: text('^[^/]{1,255}$', 'the name of a mesh'), with: list(accountId, 1) },
              'mesh',
              'with',
            ),
          ),
        },
        'id',
      ),
      1,
    ),
  },
  'accounts',
);
