import { findJsonBreak } from '../../http/json-error-position.ts';
import { compileCredentials, type Credentials } from './credentials.ts';
import type { CredentialsDocument } from './credentials-document.ts';
import { credentialsProblems } from './credentials-problems.ts';

/** A credentials file that cannot be used. The message lists every problem, a line each. The exit code is 1. */
export class CredentialsError extends Error {
  readonly exitCode = 1;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(problems.map((problem) => `${file}: ${problem}`).join('\n'));
    this.name = 'CredentialsError';
    this.problems = problems;
  }
}

/**
 * Reads what stands in the credentials file; docs/credentials.md has its form.
 * @throws CredentialsError
 */
export function readCredentials(file: string, content: Uint8Array): Credentials {
  const document = parse(file, content);
  const problems = credentialsProblems(document);
  if (problems.length > 0) throw new CredentialsError(file, problems);
  return compileCredentials(document as CredentialsDocument);
}

function parse(file: string, content: Uint8Array): unknown {
  const text = new TextDecoder().decode(content);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's own message would repeat what stands around the break, and that may be a secret.
    const { offset, expected } = findJsonBreak(text);
    const before = text.slice(0, offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    throw new CredentialsError(file, [`it is not valid JSON: ${place}: expected ${expected}`]);
  }
}
