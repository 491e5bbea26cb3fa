import type { Refusal } from '../../../common/contracts/agent-channel/state.ts';
import type { AuthorizationMode } from '../../../controlplane/model/daybreak-types.ts';

// The parts of the answers of `/daybreak/v1/…` about identities that the pages show.

/** The answer of `GET /daybreak/v1/identity`. `ends` of a certificate: milliseconds since 1970. */
export type Identities = {
  readonly trustDomain: string;
  readonly roots: readonly { readonly fingerprint: string; readonly ends: string }[];
  readonly issuing: { readonly ends: string };
  readonly certificates: readonly {
    readonly node: string;
    /** The account that owns the mesh. */
    readonly owner: string;
    readonly method: string;
    /** The kind of binding of the principal to the node; empty: the proof itself is one, or it is not known. */
    readonly boundBy: string;
    readonly principal: string;
    readonly from: string;
    readonly ends: number;
    readonly serial: string;
    /** `current`, or why it is to be renewed or no longer good. */
    readonly state: string;
  }[];
};

/** The answer of `GET /daybreak/v1/identity/plaintext`. */
export type Plaintext = { readonly windowSeconds: number; readonly nodes: readonly PlaintextNode[] };

/** A virtual node with its callers without mutual TLS. */
export type PlaintextNode = {
  readonly mesh: string;
  readonly virtualNode: string;
  readonly hasProxyWithoutCertificate: boolean;
  readonly callers: readonly {
    readonly address: string;
    /** The proxy at this address, `mesh/M/virtualNode/N`, if it is known. */
    readonly proxy?: string;
    readonly port: number;
    readonly last: string;
  }[];
};

/** The answer of `GET /daybreak/v1/access?mesh=M`. */
export type AccessReport = { readonly nodes: readonly NodeAccess[] };

/** How a virtual node decides about its callers, and which ones it refused, or would have refused. */
export type NodeAccess = {
  readonly virtualNode: string;
  readonly authorization: AuthorizationMode;
  readonly refused: readonly Refusal[];
};

/** The answer of `GET /daybreak/v1/tokens`: the tokens of proxies, without secrets. Times in ISO 8601. */
export type TokenList = {
  readonly joinTokens: readonly {
    readonly id: string;
    readonly node: string;
    readonly created: string;
    readonly expires: string;
    readonly cidrs: readonly string[];
  }[];
  /** Those of the operator's file. `expires`: null if one does not. */
  readonly fileTokens: readonly {
    readonly id: string;
    readonly nodes: readonly string[];
    readonly expires: string | null;
  }[];
};
