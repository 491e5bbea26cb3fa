import type { JsonFormat } from '../../model/types.ts';
import { elementPath, memberPath, type Violation } from '../violation.ts';
import { CHOICES, COMMANDS, type CommandForm } from './access-log-commands.ts';

// As Envoy's own parser reads it: a name, something in brackets, a length; or a doubled percent sign for one.
const COMMAND = /%%|%(?<name>[A-Z0-9_]+)(?<rest>(?:\([^)]*\))?(?::\d+)?)%/y;

const FORMS: Readonly<Record<CommandForm, RegExp>> = {
  plain: /^(?:\(\))?$/,
  // oxlint-disable-next-line no-control-regex
  optional: /^(?:\([^\u0000-\u001f]*\))?$/,
  header: /^\((?=[^)])[\w:!#$%&'*+.^`|~-]*(?:\?[\w:!#$%&'*+.^`|~-]*)?\)(?::\d+)?$/,
  // oxlint-disable-next-line no-control-regex
  required: /^\([^\u0000-\u001f]+\)(?::\d+)?$/,
  // oxlint-disable-next-line no-control-regex
  unlimited: /^\([^\u0000-\u001f]+\)$/,
};

/** The text of an access log line: Envoy refuses one with a command that it does not know. */
export function accessLogFormat(value: string, path: string): readonly Violation[] {
  const constraint = problem(value);
  return constraint === undefined ? [] : [{ path, value, constraint }];
}

/** A log line as JSON: each key once, each value a text as above. */
export function jsonAccessLogFormat(value: JsonFormat, path: string): readonly Violation[] {
  const keys = new Set<string>();
  return value.flatMap(({ key, value: format }, index) => {
    const at = elementPath(path, index);
    const found = [...accessLogFormat(format, memberPath(at, 'value'))];
    if (keys.has(key)) {
      found.push({ path: memberPath(at, 'key'), value: key, constraint: 'Member must not be given twice' });
    }
    keys.add(key);
    return found;
  });
}

function problem(text: string): string | undefined {
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at)) {
    COMMAND.lastIndex = at;
    const match = COMMAND.exec(text);
    const shown = JSON.stringify(text.slice(at, at + 30));
    if (match === null)
      return `Member must write a percent sign as %%, or begin a command of Envoy's access log with it: ${shown}`;
    const { name, rest = '' } = match.groups ?? {};
    if (name !== undefined && !isCommand(name, rest)) {
      return `Member must use commands that Envoy's access log knows, in their form: ${shown}`;
    }
    at += match[0].length;
  }
  return undefined;
}

function isCommand(name: string, rest: string): boolean {
  const choice = CHOICES[name];
  if (choice !== undefined) return choice.test(rest);
  const form = COMMANDS.get(name);
  return form !== undefined && FORMS[form].test(rest);
}
