import { readFileSync } from 'node:fs';
import { requireAnswers } from '../../common/files/require-answers.ts';
import { valueOf } from '../../common/settings.ts';
import { cannotUseVariablesFile, type AgentError } from '../errors.ts';
import { parseVariables } from './parsers/parse-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The agent's variables: those of its environment, and those of the file that `DAYBREAK_ENV_FILE` names. */
export type Variables = {
  /** As of the start. */
  readonly env: Environment;
  /** Why the file was ignored at the start; undefined without a problem. */
  readonly problem: AgentError | undefined;
  /** Reads the file again. @throws AgentError if it cannot be used */
  readonly read: () => Promise<Environment>;
};

/** The variable that names the file. It is read from the environment only. */
const VARIABLES_FILE = 'DAYBREAK_ENV_FILE';

/**
 * Reads the variables. A variable of the file takes precedence over the environment, and `flags` over both. systemd puts the same file into
 * the environment: a variable that is later removed from the file is removed, although the environment of the process still has it.
 * Never throws: `problem` tells why the file could not be used.
 */
export async function openVariables(given: Environment, flags: Environment = {}): Promise<Variables> {
  const path = valueOf(VARIABLES_FILE, given);
  if (path === undefined) {
    const env = { ...given, ...flags };
    return { env, problem: undefined, read: async () => env };
  }
  let before: Environment = {};
  let problem: AgentError | undefined;
  try {
    before = await readFile(path);
  } catch (error) {
    problem = error as AgentError;
  }
  const base = Object.fromEntries(Object.entries(given).filter(([name]) => !(name in before)));
  return {
    env: { ...base, ...before, ...flags },
    problem,
    read: async () => ({ ...base, ...(await readFile(path)), ...flags }),
  };
}

async function readFile(path: string): Promise<Environment> {
  try {
    await requireAnswers([path]);
    return parseVariables(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw cannotUseVariablesFile(VARIABLES_FILE, path, cause);
  }
}
