import type { HandOverOutcome } from '../../agent/take-over/hand-over.ts';
import { CommandError } from '../errors.ts';
import { askAgent } from './ask.ts';
import { findSocket } from './find-socket.ts';

/** The agent waits for at most 30 s. */
const LIMIT_MS = 60_000;

/** Options of `daybreak agent hand-over`. `socket`: instead of the one that is found. */
export type HandOverOptions = { readonly socket?: string; readonly output: 'text' | 'json' };

/**
 * Makes the running agent end and leave Envoy to the next agent, and prints how long Envoy waits for that agent.
 * @throws CommandError if the agent refuses
 */
export async function agentHandOver(
  env: NodeJS.ProcessEnv,
  { socket, output }: HandOverOptions,
  stdout: Pick<NodeJS.WritableStream, 'write'>,
): Promise<void> {
  const path = socket ?? (await findSocket(env));
  const { status, body } = await askAgent({ path }, '/hand-over', 'POST', LIMIT_MS);
  if (status !== 200) throw new CommandError(body.trim());
  const outcome = JSON.parse(body) as HandOverOutcome;
  if (outcome.kind === 'refused') throw new CommandError(`refused: ${outcome.message} (${outcome.code})`);
  const text = `the agent ends; Envoy serves on, and waits ${outcome.seconds} s for another agent`;
  stdout.write(`${output === 'json' ? JSON.stringify(outcome) : text}\n`);
}
