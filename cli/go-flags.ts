import { boolean } from '../common/settings.ts';

const FLAG = /^--?(envoyReadiness|logLevel|envoyConfigPath)(?:=(.*))?$/s;

/**
 * Rewrites the flags of App Mesh's agent, `-envoyReadiness`, `-logLevel` and `-envoyConfigPath`, in the arguments of `daybreak agent`.
 * They have one dash and Go's forms, such as `-logLevel=debug` and `-envoyReadiness=false`. Other arguments stay.
 */
export function withoutGoFlags(argv: readonly string[]): readonly string[] {
  const [node = '', script = '', command = '', ...rest] = argv;
  return command === 'agent' ? [node, script, command, ...rest.flatMap(rewritten)] : argv;
}

function rewritten(argument: string): readonly string[] {
  const [, name, value] = FLAG.exec(argument) ?? [];
  if (name === undefined) return [argument];
  if (name !== 'envoyReadiness' || value === undefined) {
    return [value === undefined ? `--${name}` : `--${name}=${value}`];
  }
  const parsed = boolean(value);
  if ('wanted' in parsed) return [argument.replace(/^-*/, '--')];
  return parsed.value ? ['--envoyReadiness'] : [];
}
