import { CommandError } from '../errors.ts';
import { askAgent } from './ask.ts';
import { findSocket } from './find-socket.ts';

/** Options of `daybreak agent log-level`. `socket`: instead of the one that is found. */
export type LogLevelOptions = {
  readonly permanent: boolean;
  readonly socket?: string;
  readonly output: 'text' | 'json';
};

/**
 * Sets the log level of the running agent and its Envoy, for APPNET_AGENT_LOGGING_RESET_TIMEOUT seconds or permanently, and prints the change.
 * @throws CommandError if the agent refuses it, e.g. an unknown level
 */
export async function agentLogLevel(
  env: NodeJS.ProcessEnv,
  level: string,
  { permanent, socket, output }: LogLevelOptions,
  stdout: Pick<NodeJS.WritableStream, 'write'>,
): Promise<void> {
  const path = socket ?? (await findSocket(env));
  const query = `level=${encodeURIComponent(level)}${permanent ? '&permanent=true' : ''}`;
  const { status, body } = await askAgent({ path }, `/enableLogging?${query}`, 'POST');
  if (status !== 200 && status !== 304) throw new CommandError(body.trim());
  const changed = status === 200;
  const text = changed
    ? body.trim()
    : `no change: the level is ${level} already, or an earlier change has not been reset yet`;
  stdout.write(`${output === 'json' ? JSON.stringify({ changed, level, permanent, text }) : text}\n`);
}
