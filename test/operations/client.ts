import type { SecuredControlPlane } from '../testing/secured-control-plane.ts';
import type { Step } from './story.ts';

/** What a client made of an answer: the output, or the error's name. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly error: string; readonly message: string; readonly status?: number };

/** A program that calls App Mesh as its users do. */
export type Client = {
  readonly call: (step: Step) => Promise<Outcome>;
  /** All pages of a list, by the client's own means. */
  readonly all: (step: Step) => Promise<Outcome>;
  readonly close: () => void;
};

/** Makes a client of a control plane that signs with a key of the test document. */
export type ClientMaker = (plane: SecuredControlPlane, accessKeyId: string) => Client;
