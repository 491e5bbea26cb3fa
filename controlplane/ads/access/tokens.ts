import { createHash } from 'node:crypto';
import { NODE_PATTERN_FORMS, parseNodePattern, type NodePattern } from './node-pattern.ts';

/** The rights of a bearer token. The token itself is not stored. */
export type TokenGrant = {
  /** SHA-256 of the token, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly nodes: readonly NodePattern[];
  /** Milliseconds since 1970; undefined: never. */
  readonly expires: number | undefined;
};

/** All tokens of a file, by their SHA-256. */
export type Tokens = ReadonlyMap<string, TokenGrant>;

/** A tokens file that cannot be used. The message lists every problem, one per line. The exit code is 1. */
export class TokensError extends Error {
  readonly exitCode = 1;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(problems.map((problem) => `${file}: ${problem}`).join('\n'));
    this.name = 'TokensError';
    this.problems = problems;
  }
}

const MEMBERS = ['sha256', 'nodes', 'expires'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Returns the SHA-256 of a token, in the form of the file. */
export function tokenSum(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Parses a tokens file: one JSON object per line, `{"sha256":…,"nodes":[…],"expires":…}`. Empty lines and lines that begin with
 * `#` are skipped.
 * @throws TokensError
 */
export function readTokens(file: string, content: Uint8Array): Tokens {
  const tokens = new Map<string, TokenGrant>();
  const problems: string[] = [];
  const lines = new TextDecoder().decode(content).split('\n');
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const complain = (problem: string): void => void problems.push(`line ${index + 1}: ${problem}`);
    const grant = readGrant(text, complain);
    if (grant === undefined) continue;
    if (tokens.has(grant.sha256)) complain(`sha256 "${grant.sha256}" is in an earlier line already`);
    tokens.set(grant.sha256, grant);
  }
  if (problems.length > 0) throw new TokensError(file, problems);
  return tokens;
}

function readGrant(line: string, complain: (problem: string) => void): TokenGrant | undefined {
  const value = parse(line);
  if (value === undefined) {
    complain('it is not a JSON object');
    return undefined;
  }
  let isGood = true;
  const refuse = (problem: string): void => {
    isGood = false;
    complain(problem);
  };
  for (const name of Object.keys(value)) {
    if (!MEMBERS.includes(name)) refuse(`${JSON.stringify(name)} is not known: it has ${MEMBERS.join(', ')}`);
  }
  const sha256 = String(value['sha256']);
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    refuse('sha256 has to be the SHA-256 of the token, 64 hexadecimal digits in small letters');
  }
  const expires = readTime(value['expires'], refuse);
  const nodes = readNodes(value['nodes'], refuse);
  return isGood ? { sha256, nodes, expires } : undefined;
}

function readTime(value: unknown, refuse: (problem: string) => void): number | undefined {
  if (value === undefined) return undefined;
  const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  refuse(`expires ${JSON.stringify(value)} has to be a time in ISO 8601, e.g. 2027-01-31T00:00:00Z`);
  return undefined;
}

function readNodes(value: unknown, refuse: (problem: string) => void): readonly NodePattern[] {
  if (!Array.isArray(value) || value.length === 0) {
    refuse('nodes has to be a list of patterns, with at least one');
    return [];
  }
  return value.flatMap((text: unknown) => {
    const pattern = typeof text === 'string' ? parseNodePattern(text) : undefined;
    if (pattern === undefined) refuse(`nodes: ${JSON.stringify(text)} is not one of ${NODE_PATTERN_FORMS}`);
    return pattern ?? [];
  });
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
