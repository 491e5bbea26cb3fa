import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { Refused } from '../refused.ts';

/** The caller that AWS STS recognised. */
export type AwsCaller = {
  readonly kind: 'role' | 'user';
  /** As STS names it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  /** The ARN of the role or user, without the path of a role. */
  readonly principalArn: string;
  /** `AROA…`: another role of the same name has another one. Empty: the proof does not name it, nor the session. */
  readonly uniqueId: string;
  /** The name of the role's session; empty for a user. */
  readonly session: string;
};

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const parser = new XMLParser({ ignoreAttributes: false, processEntities: false, parseTagValue: false });

/**
 * Reads the answer of GetCallerIdentity: exactly one result with exactly one of each member, and nothing that could mean something else
 * to another parser.
 * @throws Refused
 */
export function readCallerIdentity(xml: string): AwsCaller {
  // A DOCTYPE, comments and CDATA sections have no place here.
  if (xml.includes('<!') || XMLValidator.validate(xml) !== true) throw unreadable('it is not plain XML');
  const document = members(parser.parse(xml), 'the document', ['GetCallerIdentityResponse'], ['?xml']);
  const response = members(
    document['GetCallerIdentityResponse'],
    'the response',
    ['GetCallerIdentityResult', '@_xmlns'],
    ['ResponseMetadata'],
  );
  if (response['@_xmlns'] !== NAMESPACE) throw unreadable('its namespace is another');
  const result = members(response['GetCallerIdentityResult'], 'the result', ['Arn', 'UserId', 'Account'], []);
  const { Arn: arn, UserId: userId, Account: account } = result;
  if (typeof arn !== 'string' || typeof userId !== 'string' || typeof account !== 'string') {
    throw unreadable('a member is missing or there twice');
  }
  return callerOf(arn, userId, account);
}

function callerOf(arn: string, userId: string, account: string): AwsCaller {
  const role = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/.exec(
    arn,
  );
  if (role !== null) {
    const [, partition = '', owner = '', name = '', session = ''] = role;
    const [uniqueId = '', ...rest] = userId.split(':');
    if (owner !== account || rest.join(':') !== session)
      throw unreadable('its members contradict each other');
    return {
      kind: 'role',
      arn,
      principalArn: `arn:${partition}:iam::${owner}:role/${name}`,
      uniqueId,
      session,
    };
  }
  const [, owner] = /^arn:aws[a-z-]*:iam::(\d{12}):user\/[\w+=,.@/-]{1,600}$/.exec(arn) ?? [];
  if (owner === undefined)
    throw new Refused('PROOF_REFUSED', `${arn.slice(0, 200)} is neither a role nor a user`);
  if (owner !== account) throw unreadable('its members contradict each other');
  return { kind: 'user', arn, principalArn: arn, uniqueId: userId, session: '' };
}

function members(
  value: unknown,
  what: string,
  wanted: readonly string[],
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(`${what} is missing or there twice`);
  const found = Object.keys(value);
  const strange = found.find((name) => !wanted.includes(name) && !allowed.includes(name));
  const missing = wanted.find((name) => !found.includes(name));
  if (strange !== undefined || missing !== undefined)
    throw unreadable(`${what} has other members than those of GetCallerIdentity`);
  return value as Readonly<Record<string, unknown>>;
}

function unreadable(why: string): Refused {
  return new Refused('PROOF_REFUSED', `the answer of AWS STS is not that of GetCallerIdentity: ${why}`);
}
