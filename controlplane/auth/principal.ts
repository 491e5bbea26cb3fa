import type { MeshId } from '../mesh/resource.ts';
import type { Statement } from './policy.ts';

/** An unauthenticated caller, if authentication is off: it has all rights, and acts for one account. */
export type Anyone = { readonly kind: 'anyone'; readonly account: string };

/** An authenticated user of the credentials file. */
export type User = {
  readonly kind: 'user';
  /** 12 digits. */
  readonly account: string;
  readonly name: string;
  readonly accessKeyId: string;
  /** The caller of AWS behind a key of `daybreak login`, e.g. `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly awsCaller?: string;
  /** The statements of the user's policies, in any order. */
  readonly statements: readonly Statement[];
  /** The meshes of other accounts that are shared with the user's account, whether they exist or not. */
  readonly sharedMeshes: readonly MeshId[];
};

/** The sender of a request. */
export type Principal = Anyone | User;

/** Returns the principal of every caller if authentication is off. */
export function anyone(account: string): Anyone {
  return { kind: 'anyone', account };
}

/** Returns the ARN of a user. */
export function userArn({ account, name }: Pick<User, 'account' | 'name'>): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

/** Returns the access of a principal to a mesh: it owns the mesh, the mesh is shared with its account, or none. `anyone` owns every mesh. */
export function meshAccess(principal: Principal, { owner, mesh }: MeshId): 'own' | 'shared' | 'none' {
  if (owner === principal.account || principal.kind === 'anyone') return 'own';
  const shared = principal.sharedMeshes.some((other) => other.owner === owner && other.mesh === mesh);
  return shared ? 'shared' : 'none';
}

/** Returns the caller for logs: the ARN of a user; `anyone` if authentication is off; undefined before authentication. */
export function describeCaller(caller: Principal | undefined): string | undefined {
  if (caller?.kind !== 'user') return caller?.kind;
  return caller.awsCaller === undefined ? userArn(caller) : `${userArn(caller)} by ${caller.awsCaller}`;
}
