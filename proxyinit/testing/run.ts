import { COMMANDS } from '../commands.ts';
import { runProxyinit } from '../main.ts';

// proxyinit as a program of its own: [COMMAND] [--dry-run] [--FLAG=VALUE | --FLAG]…
const words = process.argv.slice(2);
const command = COMMANDS.find((name) => name === words[0]) ?? 'apply';
const flags = words.flatMap((word) => {
  const [, no, flag, value] = /^--(no-)?([a-z0-9-]+)(?:=(.*))?$/s.exec(word) ?? [];
  return flag === undefined ? [] : [[flag, value ?? no === undefined] as const];
});
const { env, stdin, stdout, stderr } = process;
process.exitCode = await runProxyinit(
  { command, dryRun: words.includes('--dry-run'), flags: Object.fromEntries(flags) },
  { env, stdin, stdout, stderr },
);
