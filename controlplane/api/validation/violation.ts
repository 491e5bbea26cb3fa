import { badRequest, type ApiError } from '../../http/errors.ts';
import { isExactNumber } from '../../http/exact-number.ts';

/**
 * One violation in a request: the path (as in `spec.listeners.1.member.portMapping.port`, elements counted from 1), the value
 * there (undefined if absent), and in AWS's words what is allowed (`Member must …`).
 */
export type Violation = { readonly path: string; readonly value: unknown; readonly constraint: string };

/** The most violations that are counted: a body of a mebibyte can have tens of thousands. */
export const MOST_VIOLATIONS = 100;

/** The most violations that a message lists; its leading number counts all of them, up to MOST_VIOLATIONS. */
const SHOWN = 50;

/** Returns the path of a member of the structure at `path`. */
export function memberPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Returns the path of an element of the list at `path`; `index` starts at 0. */
export function elementPath(path: string, index: number): string {
  return `${path}.${index + 1}.member`;
}

/** Throws one BadRequestException that lists all violations, if any. */
export function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw validationError(violations);
}

function validationError(violations: readonly Violation[]): ApiError {
  const count = violations.length;
  const sentences = violations.slice(0, SHOWN).map(sentence);
  if (count > MOST_VIOLATIONS) {
    return badRequest(
      `More than ${MOST_VIOLATIONS} validation errors detected: ${sentences.join('; ')}; and more`,
    );
  }
  if (count > SHOWN) sentences.push(`and ${count - SHOWN} more`);
  const detected = `${count} validation ${count === 1 ? 'error' : 'errors'} detected`;
  return badRequest(`${detected}: ${sentences.join('; ')}`);
}

function sentence({ path, value, constraint }: Violation): string {
  const shown = value === undefined || value === null ? 'null' : `'${clip(show(value, 3))}'`;
  return `Value ${shown} at '${clip(path)}' failed to satisfy constraint: ${constraint}`;
}

// JSON.stringify would follow a hostile value to any depth.
function show(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (isExactNumber(value)) return value.rawJSON;
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value))
    return `[${value
      .slice(0, 10)
      .map((item) => show(item, depth - 1))
      .join(', ')}]`;
  const members = Object.entries(value).slice(0, 10);
  return `{${members.map(([name, item]) => `${name}: ${show(item, depth - 1)}`).join(', ')}}`;
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
