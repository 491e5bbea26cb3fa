import type { SecuredControlPlane } from '../testing/secured-control-plane.ts';
import { REGION, secretOf } from '../../controlplane/auth/testing/signed-requests.ts';
import type { Client, Outcome } from './client.ts';
import { startLineProgram } from './line-program.ts';

/** What the client's program answers: an outcome, or what went wrong before there was one. */
type Answer = Outcome | { readonly fault: string };

/** What a program is told, in its first argument. `authorities`: the file of those who vouch for the certificate. */
export type LineClientOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly authorities: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** The options for a control plane and a key of the test document. */
export function optionsFor({ endpoint, files }: SecuredControlPlane, accessKeyId: string): LineClientOptions {
  const secretAccessKey = secretOf(accessKeyId);
  return { endpoint, region: REGION, authorities: files.cert, accessKeyId, secretAccessKey };
}

/** A client that is a program of its own: a line of JSON a call, one an outcome. */
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
