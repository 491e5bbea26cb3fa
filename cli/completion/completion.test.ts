import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { addCommands } from '../commands.ts';
import { completionScript } from './completion.ts';
import { SHELLS } from './shells.ts';

const run = promisify(execFile);

async function daybreak(): Promise<Command> {
  const program = new Command('daybreak').description("a program's commands").version('1');
  const token = program.command('token').description('tokens');
  token
    .command('create')
    .description('make a token')
    .addOption(new Option('--node <pattern>', 'for which'))
    .addArgument(new Argument('[what]').choices(['one', 'two']));
  await addCommands(program, ['apply', 'get', 'delete', 'export', 'import', 'completion']);
  return program;
}

/** Returns bash's suggestions after these words; the last is the word being typed. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `${completionScript('bash', await daybreak())}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_daybreak
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-u', '-c', script, 'bash', 'daybreak', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  const cases: readonly [readonly string[], readonly string[]][] = [
    [[''], ['token', 'apply', 'get', 'delete', 'export', 'import', 'completion']],
    [['ex'], ['export']],
    [['-'], ['-V', '--version', '-h', '--help']],
    [['get', 'virtualr'], ['virtualrouter']],
    [
      ['get', ''],
      [
        'mesh',
        'virtualnode',
        'virtualrouter',
        'route',
        'virtualservice',
        'virtualgateway',
        'gatewayroute',
        'meshidentity',
        'nodeidentity',
        'accesspolicy',
      ],
    ],
    [['get', 'mesh', '--mesh-'], ['--mesh-owner']],
    [
      ['get', 'mesh', '-o', ''],
      ['table', 'json', 'yaml'],
    ],
    [['export', '--output', 'j'], ['json']],
    [['apply', '-f', ''], []],
    [['apply', '--d'], ['--dry-run']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['token', ''], ['create']],
    [
      ['token', 'create', ''],
      ['one', 'two'],
    ],
    [['token', 'create', '--n'], ['--node']],
    [
      ['unknown', ''],
      ['token', 'apply', 'get', 'delete', 'export', 'import', 'completion'],
    ],
  ];
  it.each(cases)('completes %j', async (words, wanted) => {
    expect(await offered(...words)).toEqual(wanted);
  });
});

it.each(SHELLS)('the script for %s equals its golden file', async (shell) => {
  await expect(completionScript(shell, await daybreak())).toMatchFileSnapshot(`testdata/completion.${shell}`);
});
