import type { MeshId } from '../mesh/resource.ts';
import type { Statement } from './policy.ts';

/** Anyone who reaches the port: nobody was asked who he is. He has all rights, and acts for one account. */
export type Anyone = { readonly kind: 'anyone'; readonly account: string };

/** A user of the credentials file, known by his signature. */
export type User = {
  readonly kind: 'user';
  /** 12 digits. */
  readonly account: string;
  readonly name: string;
  readonly accessKeyId: string;
  /** What his policies say, in no order. */
  readonly statements: readonly Statement[];
  /** The meshes of other accounts that are shared with his account, whether they exist or not. */
  readonly sharedMeshes: readonly MeshId[];
};

/** Who sends a request. */
export type Principal = Anyone | User;

/** Everyone is anyone, in that account. */
export function anyone(account: string): Anyone {
  return { kind: 'anyone', account };
}

/** The ARN of a user. */
export function userArn({ account, name }: Pick<User, 'account' | 'name'>): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

/** Whether a mesh is the principal's own, shared with his account, or none of his business. Anyone may use every mesh. */
export function standingIn(principal: Principal, { owner, mesh }: MeshId): 'own' | 'shared' | 'none' {
  if (owner === principal.account || principal.kind === 'anyone') return 'own';
  const shared = principal.sharedMeshes.some((other) => other.owner === owner && other.mesh === mesh);
  return shared ? 'shared' : 'none';
}

/** The ARN of a user; `anyone` where nobody was asked; undefined where it is not known. For logs. */
export function describeCaller(caller: Principal | undefined): string | undefined {
  return caller?.kind === 'user' ? userArn(caller) : caller?.kind;
}
