import { knownTo } from './access-log-commands.ts';

/** `%%`, or a command with its argument, as Envoy parses them. */
const COMMAND = /%%|%(?<name>[A-Z0-9_]+)(?<rest>(?:\([^)]*\))?(?::\d{1,19})?)%/y;

/** How many characters of a format an error message quotes. */
const SHOWN = 40;

/**
 * Returns why Envoy would reject an access-log format, and with it the whole listener; undefined if the format is valid. `to`:
 * whether all supported Envoys have to know its commands, or only some.
 */
export function formatProblem(format: string, to: 'all' | 'some'): string | undefined {
  for (let at = format.indexOf('%'); at !== -1; at = format.indexOf('%', at)) {
    COMMAND.lastIndex = at;
    const match = COMMAND.exec(format);
    const shown = JSON.stringify(format.slice(at, at + SHOWN));
    if (match === null) return `no command begins at ${shown}, and a percent sign is written %%`;
    const { name, rest = '' } = match.groups ?? {};
    const known = name === undefined ? 'all' : knownTo(name, rest);
    if (known === 'none') return `no Envoy knows the command at ${shown} in this form`;
    if (known === 'some' && to === 'all') return `not every Envoy knows the command at ${shown} in this form`;
    at += match[0].length;
  }
  return undefined;
}
