import { findJsonError } from '../../http/json-error-position.ts';
import { compileCredentials, type Credentials } from './credentials.ts';
import type { CredentialsDocument } from './credentials-document.ts';
import { credentialsProblems } from './credentials-problems.ts';

/** An invalid credentials file. The message lists every problem, one per line. The exit code is 1. */
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
 * Compiles the content of the credentials file; docs/credentials.md describes its format.
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
    // The engine's own message would quote the text around the error, which may be a secret.
    const { offset, expected } = findJsonError(text);
    const before = text.slice(0, offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    throw new CredentialsError(file, [`it is not valid JSON: ${place}: expected ${expected}`]);
  }
}
