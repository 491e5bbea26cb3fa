import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { NODE_PATTERN_FORMS, parseNodePattern } from '../../controlplane/ads/access/node-pattern.ts';
import { readTokens, tokenSum } from '../../controlplane/ads/access/tokens.ts';
import { CommandError } from '../errors.ts';
import { expiry } from './expiry.ts';
import { errorCode } from '../../common/error-code.ts';

/** Options of `token create`. */
export type CreateTokenOptions = {
  /** Patterns in the syntax of the tokens file; at least one. */
  readonly nodes: readonly string[];
  readonly expires?: string;
  /** The file to add a line to, created with access for its owner only. Undefined: print the line. */
  readonly tokens?: string;
  readonly output: 'text' | 'json';
};

type Streams = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/**
 * Creates a token of 256 random bits and prints it. The tokens file gets a line with its SHA-256 only.
 * @throws CommandError, TokensError, or an error of the file system; no token was created then
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

// One write at the end of the file, so that a control plane never reads half a line.
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
    if (errorCode(cause) === 'ENOENT') return Buffer.alloc(0);
    throw new CommandError(`cannot read ${file}`, { cause });
  }
}
