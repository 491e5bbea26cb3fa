import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { NODE_PATTERN_FORMS, parseNodePattern } from '../../controlplane/ads/access/node-pattern.ts';
import { readTokens, tokenSum } from '../../controlplane/ads/access/tokens.ts';
import { CommandError } from '../errors.ts';
import { expiry } from './expiry.ts';

/** Options of `token create`. */
export type CreateTokenOptions = {
  /** Patterns as the tokens file has them; at least one. */
  readonly nodes: readonly string[];
  readonly expires?: string;
  /** The file to add a line to; made where it is not there, for its owner alone. Undefined: the line is printed. */
  readonly tokens?: string;
  readonly output: 'text' | 'json';
};

type Streams = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/**
 * Makes a token of 256 random bits and prints it; kept is only its SHA-256, in a line of the tokens file.
 * @throws CommandError, TokensError, or that of the file system; nothing was made then
 */
export function createToken(
  { nodes, expires, tokens: file, output }: CreateTokenOptions,
  { stdout, stderr }: Streams,
  now: number = Date.now(),
): void {
  for (const node of nodes) requirePattern(node);
  const end = expires === undefined ? {} : { expires: expiry(expires, now) };
  const token = `daybreak-${randomBytes(32).toString('base64url')}`;
  const entry = { sha256: tokenSum(token), nodes, ...end };
  if (file !== undefined) append(file, JSON.stringify(entry));
  if (output === 'json') {
    stdout.write(`${JSON.stringify({ token, entry })}\n`);
    return;
  }
  stdout.write(`${token}\n`);
  if (file === undefined) stderr.write(`The line for the file of --tokens:\n${JSON.stringify(entry)}\n`);
}

function requirePattern(node: string): void {
  if (parseNodePattern(node) !== undefined) return;
  throw new CommandError(`--node ${JSON.stringify(node)}: it has to be ${NODE_PATTERN_FORMS}`);
}

// One write at the end of the file: a control plane that reads it in between sees whole lines.
function append(file: string, line: string): void {
  const before = existing(file);
  readTokens(file, before);
  const isEnded = before.length === 0 || before.at(-1) === 0x0a;
  try {
    appendFileSync(file, `${isEnded ? '' : '\n'}${line}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new CommandError(`cannot write to ${file}`, { cause });
  }
}

function existing(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw new CommandError(`cannot read ${file}`, { cause });
  }
}
