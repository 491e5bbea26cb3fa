import type { MeshId } from '../../mesh/resource.ts';
import type { AccountDocument, CredentialsDocument, StatementDocument } from './credentials-document.ts';
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

/** The compiled credentials file. */
export type Credentials = {
  /** By access key id. */
  readonly keys: ReadonlyMap<string, AccessKey>;
  /** The ARNs of all users. */
  readonly users: readonly string[];
};

/** Compiles a validated document. */
export function compileCredentials({ accounts }: CredentialsDocument): Credentials {
  const keys = new Map<string, AccessKey>();
  const users: string[] = [];
  for (const { id: account, users: named = [] } of accounts) {
    const sharedMeshes = sharesWith(account, accounts);
    for (const { name, policies = [], accessKeys } of named) {
      users.push(userArn({ account, name }));
      const statements = policies.flatMap(({ Statement: some }) => asList(some).map(compileStatement));
      for (const { accessKeyId, secretAccessKey, sessionToken, expiration } of accessKeys) {
        keys.set(accessKeyId, {
          user: { kind: 'user', account, name, accessKeyId, statements, sharedMeshes },
          secret: secretAccessKey,
          sessionToken,
          expires: expiration === undefined ? undefined : Date.parse(expiration),
        });
      }
    }
  }
  return { keys, users };
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

/** A list of one or several values: IAM's documents allow both forms everywhere. */
export function asList<T extends object | string>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
