import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addCommands, commandsFor } from './commands.ts';

/** Commands without a form of their output for programs, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  agent: 'runs until it is stopped',
  'agent bundle': 'prints the path of its archive alone',
  'agent ready': 'prints nothing: the exit code is the answer',
  backup: 'prints the backup, or nothing',
  completion: 'prints a script',
  controlplane: 'runs until it is stopped',
  'controlplane ready': 'prints nothing: the exit code is the answer',
  proxyinit: 'prints nothing; its dry run prints the input of iptables-restore',
  restore: 'prints nothing on stdout',
};

/** The commands that do something, with the names of their parents, and whether they or a parent have the option. */
function commandsIn(command: Command, parents: readonly string[], isInherited: boolean): [string, boolean][] {
  const names = [...parents, command.name()];
  const has = isInherited || command.options.some(({ long }) => long === '--output');
  const isAction = Reflect.get(command, '_actionHandler') !== null;
  return [
    ...(isAction ? [[names.join(' '), has] satisfies [string, boolean]] : []),
    ...command.commands.flatMap((each) => commandsIn(each, names, has)),
  ];
}

test('each command that prints something has a form for programs: identity revoke, token revoke and three others had none', async () => {
  const daybreak = new Command('daybreak');
  await addCommands(daybreak, commandsFor([]));
  const all = daybreak.commands.flatMap((each) => commandsIn(each, [], false));
  expect(all.length).toBeGreaterThan(30);
  const without = all.flatMap(([name, has]) => (has ? [] : [name]));
  expect(without.toSorted()).toEqual(Object.keys(WITHOUT).toSorted());
});
