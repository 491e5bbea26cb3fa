import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';
import { REGION, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import type { Client, Outcome } from './client.ts';
import { startLineProgram } from './line-program.ts';

/** The answer of the client's program: an outcome, or the error that prevented one. */
type Answer = Outcome | { readonly fault: string };

/** The options of a program, its first argument. `authorities`: the file of the CA certificates. */
export type LineClientOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly authorities: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** Returns the options for a control plane and a key of the test document. */
export function optionsFor({ endpoint, files }: SecuredControlPlane, accessKeyId: string): LineClientOptions {
  const secretAccessKey = secretOf(accessKeyId);
  return { endpoint, region: REGION, authorities: files.cert, accessKeyId, secretAccessKey };
}

/** Starts a client in its own process: one line of JSON per call, one per outcome. */
export function lineClient(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Client {
  const program = startLineProgram(command, args, env);
  const ask = async (line: unknown): Promise<Outcome> => {
    const answer = (await program.exchange(line)) as Answer;
    if ('fault' in answer) throw new Error(`${command}: ${answer.fault}`);
    return answer;
  };
  return {
    call: (step) => ask(step),
    all: (step) => ask({ ...step, pages: true }),
    close: () => program.close(),
  };
}
