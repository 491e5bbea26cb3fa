import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';
import type { Step } from '../story.ts';

/** The outcome of a call as the client reports it: the output, or the error's name. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly error: string; readonly message: string; readonly status?: number };

/** A program that calls App Mesh as its users do. */
export type Client = {
  readonly call: (step: Step) => Promise<Outcome>;
  /** Requests all pages of a list, with the client's own paginator. */
  readonly all: (step: Step) => Promise<Outcome>;
  readonly close: () => void;
};

/** Creates a client for a control plane that signs with a key of the test document. */
export type ClientMaker = (plane: SecuredControlPlane, accessKeyId: string) => Client;
