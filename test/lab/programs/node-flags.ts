import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = join(import.meta.dirname, '../../../images/programs');

/** Returns the flags that the installed command passes to Node itself, before the program: `--max-semi-space-size=8`. */
export function nodeFlags(command: 'daybreak' | 'agent'): readonly string[] {
  const script = readFileSync(join(PROGRAMS, command), 'utf8');
  const flags = /^exec (?:\$limit )?\S+\/node (?<flags>(?:--\S+ )*)\S+\.mjs /m.exec(script)?.groups?.[
    'flags'
  ];
  if (flags === undefined) throw new Error(`${command} runs no program with Node`);
  return flags.split(' ').filter((flag) => flag !== '');
}
