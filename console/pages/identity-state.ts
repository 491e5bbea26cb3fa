import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import type { Allowing } from '../model/security/allow.ts';
import type { Piece } from '../model/graph/graph.ts';
import type { AccessReport, Identities, Plaintext, TokenList } from '../model/security/identity-answers.ts';
import type { MeshModel, Resource } from '../model/resources.ts';
import type { Security } from '../model/security/security.ts';
import type { Preview } from '../state/change.ts';
import type { Loaded } from '../state/state.ts';
import type { Texts } from '../text/texts.ts';

/** A caller that the user is about to admit. `preview`: the effect of the change. */
export type Asked = {
  readonly key: string;
  readonly allowing: Allowing;
  readonly preview: Preview;
  readonly saving: boolean;
};

/** The state of the page of identities. */
export type IdentityPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  readonly model: MeshModel;
  readonly identities: Loaded<Identities>;
  readonly plaintext: Loaded<Plaintext>;
  readonly access: Loaded<AccessReport>;
  readonly tokens: Loaded<TokenList>;
  /** NodeIdentity, MeshIdentity and AccessPolicy of the mesh. */
  readonly bindings: readonly Resource[];
  readonly nodes: readonly Piece[];
  readonly securityOf: (piece: string) => Security;
  readonly asked: Asked | undefined;
  /** Why the last change was refused. */
  readonly refusal: string | undefined;
  readonly mayAllow: boolean;
  readonly mayRevoke: boolean;
  readonly onAllow: (virtualNode: string, refusal: Refusal) => void;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly onRevoke: (id: string) => void;
};
