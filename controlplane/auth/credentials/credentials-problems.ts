import { Ajv, type ErrorObject } from 'ajv';
import { isKnownAction } from '../actions.ts';
import { withoutPath } from './aws-principal.ts';
import { asList } from './credentials.ts';
import { CREDENTIALS_SCHEMA, type CredentialsDocument, type UserDocument } from './credentials-document.ts';

const validate = new Ajv({ allErrors: true, verbose: true, strict: true, strictTypes: false }).compile(
  CREDENTIALS_SCHEMA,
);

/** Returns all problems of a document, with their paths: of its schema, or, if it is valid, of its content. Messages contain no secrets. */
export function credentialsProblems(document: unknown): readonly string[] {
  if (validate(document)) return senseProblems(document as CredentialsDocument);
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return errors.map(describe);
}

function describe({ instancePath, keyword, params, parentSchema, data }: ErrorObject): string {
  const place = readable(instancePath);
  switch (keyword) {
    case 'required':
      return `${within(place)}"${String(params['missingProperty'])}" is missing`;
    case 'additionalProperties': {
      const known = Object.keys((parentSchema as { readonly properties: object }).properties).join(', ');
      return `${within(place)}"${String(params['additionalProperty'])}" is unknown: it may have ${known}`;
    }
    case 'enum':
      return `${within(place)}${shown(place, data)} must be one of ${(params['allowedValues'] as string[]).join(', ')}`;
    case 'pattern':
      return `${within(place)}${shown(place, data)} must be ${(parentSchema as { readonly description: string }).description}`;
    case 'minItems':
      return `${within(place)}the list must not be empty`;
    default:
      return `${within(place)}${shown(place, data)} must be ${TYPES[String(params['type'])] ?? 'something else'}`;
  }
}

const TYPES: Readonly<Record<string, string>> = { object: 'an object', array: 'a list', string: 'a text' };

function within(place: string): string {
  return place === '' ? '' : `${place}: `;
}

function readable(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) =>
      /^\d+$/.test(step) ? `[${step}]` : `.${step.replaceAll('~1', '/').replaceAll('~0', '~')}`,
    )
    .join('')
    .replace(/^\./, '');
}

function shown(place: string, data: unknown): string {
  if (/\.(?:secretAccessKey|sessionToken)$/.test(place)) return 'it';
  if (typeof data === 'object') return Array.isArray(data) ? 'a list' : 'an object';
  return JSON.stringify(data).slice(0, 100);
}

function senseProblems({ accounts }: CredentialsDocument): readonly string[] {
  const keyIds = new Map<string, string>();
  const principals = new Map<string, string>();
  const problems: string[] = repeated(accounts.map(({ id }) => id)).map(
    (id) => `accounts: account ${id} is listed more than once`,
  );
  accounts.forEach(({ id, users = [], shares = [] }, index) => {
    const place = `accounts[${index}]`;
    problems.push(
      ...repeated(users.map(({ name }) => name)).map(
        (name) => `${place}.users: user ${name} is listed more than once`,
      ),
    );
    users.forEach((user, at) =>
      problems.push(...userProblems(user, `${place}.users[${at}]`, keyIds, principals)),
    );
    shares.forEach((share, at) => {
      if (share.with.includes(id))
        problems.push(`${place}.shares[${at}].with: account ${id} cannot share with itself`);
    });
  });
  return problems;
}

function userProblems(
  { accessKeys, awsPrincipals = [], policies = [] }: UserDocument,
  place: string,
  keyIds: Map<string, string>,
  principals: Map<string, string>,
): readonly string[] {
  const problems: string[] = [];
  awsPrincipals.forEach((arn, index) => {
    const at = `${place}.awsPrincipals[${index}]`;
    const other = principals.get(withoutPath(arn));
    if (other !== undefined) problems.push(`${at}: ${arn} is already in ${other}`);
    principals.set(withoutPath(arn), at);
  });
  accessKeys.forEach(({ accessKeyId, expiration }, index) => {
    const at = `${place}.accessKeys[${index}]`;
    const other = keyIds.get(accessKeyId);
    if (other !== undefined) problems.push(`${at}.accessKeyId: ${accessKeyId} is already in ${other}`);
    keyIds.set(accessKeyId, at);
    if (expiration !== undefined && Number.isNaN(Date.parse(expiration))) {
      problems.push(`${at}.expiration: ${expiration} is not a valid time`);
    }
  });
  policies.forEach(({ Statement }, index) => {
    for (const pattern of asList(Statement).flatMap(({ Action }) => asList(Action))) {
      if (!isKnownAction(pattern)) problems.push(`${place}.policies[${index}]: no action matches ${pattern}`);
    }
  });
  return problems;
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
