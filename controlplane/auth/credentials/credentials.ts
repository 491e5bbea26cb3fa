import type { MeshId } from '../../mesh/resource.ts';
import type { AccountDocument, CredentialsDocument, StatementDocument } from './credentials-document.ts';
import { withoutPath } from './aws-principal.ts';
import type { Statement } from '../policy.ts';
import { userArn, type User } from '../principal.ts';

/** A key for signing requests. */
export type AccessKey = {
  readonly user: User;
  readonly secret: string;
  /** The session token that each request must contain; undefined: requests must not contain one. */
  readonly sessionToken: string | undefined;
  /** The expiry, in milliseconds since 1970; undefined: never. */
  readonly expires: number | undefined;
};

/** A user of the file, without a key. */
export type LoginUser = Omit<User, 'accessKeyId'>;

/** The compiled credentials file. */
export type Credentials = {
  /** By access key id. */
  readonly keys: ReadonlyMap<string, AccessKey>;
  /** The ARNs of all users. */
  readonly users: readonly string[];
  /** The users that AWS's principals may log in as, by the ARN of the role, without its path, or of the IAM user. */
  readonly logins: ReadonlyMap<string, LoginUser>;
};

/** Compiles a validated document. */
export function compileCredentials({ accounts }: CredentialsDocument): Credentials {
  const keys = new Map<string, AccessKey>();
  const users: string[] = [];
  const logins = new Map<string, LoginUser>();
  for (const { id: account, users: named = [] } of accounts) {
    const sharedMeshes = sharesWith(account, accounts);
    for (const { name, policies = [], accessKeys, awsPrincipals = [] } of named) {
      users.push(userArn({ account, name }));
      const statements = policies.flatMap(({ Statement: some }) => asList(some).map(compileStatement));
      const user = { kind: 'user', account, name, statements, sharedMeshes } as const;
      for (const arn of awsPrincipals) logins.set(withoutPath(arn), user);
      for (const { accessKeyId, secretAccessKey, sessionToken, expiration } of accessKeys) {
        keys.set(accessKeyId, {
          user: { ...user, accessKeyId },
          secret: secretAccessKey,
          sessionToken,
          expires: expiration === undefined ? undefined : Date.parse(expiration),
        });
      }
    }
  }
  return { keys, users, logins };
}

function sharesWith(account: string, accounts: readonly AccountDocument[]): readonly MeshId[] {
  return accounts.flatMap(({ id: owner, shares = [] }) => {
    const meshes = shares.filter((share) => share.with.includes(account)).map(({ mesh }) => mesh);
    return [...new Set(meshes)].map((mesh) => ({ owner, mesh }));
  });
}

function compileStatement({ Effect, Action, Resource }: StatementDocument): Statement {
  return {
    effect: Effect,
    actions: asList(Action).map((action) => action.toLowerCase()),
    resources: asList(Resource),
  };
}

/** Returns a list of one or several values: IAM's documents allow both forms everywhere. */
export function asList<T extends object | string>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
