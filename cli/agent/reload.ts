import { describeOutcome, type ReloadOutcome } from '../../agent/reload/reload-outcome.ts';
import { CommandError } from '../errors.ts';
import { askAgent } from './ask.ts';
import { findSocket } from './find-socket.ts';

/** Options of `daybreak agent reload`. `socket`: instead of the one that is found. */
export type ReloadOptions = {
  readonly restart: boolean;
  readonly socket?: string;
  readonly output: 'text' | 'json';
};

/** A reload may wait for the previous one, drain for 110 s, and wait two minutes for an Envoy. */
const LIMIT_MS = 600_000;

/**
 * Makes the running agent apply changed variables or files, or start another Envoy, and prints the outcome.
 * @throws CommandError if the agent has not applied them
 */
export async function agentReload(
  env: NodeJS.ProcessEnv,
  { restart, socket, output }: ReloadOptions,
  stdout: Pick<NodeJS.WritableStream, 'write'>,
): Promise<void> {
  const path = socket ?? (await findSocket(env));
  const { status, body } = await askAgent({ path }, `/reload?restart=${restart}`, 'POST', LIMIT_MS);
  if (status !== 200) throw new CommandError(body.trim());
  const outcome = JSON.parse(body) as ReloadOutcome;
  if (outcome.kind !== 'taken over') throw new CommandError(`${outcome.kind}: ${describeOutcome(outcome)}`);
  stdout.write(`${output === 'json' ? JSON.stringify(outcome) : describeOutcome(outcome)}\n`);
}
