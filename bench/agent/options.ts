import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { BenchUsageError, readRounds } from '../figures/bench.ts';

/** The options of `npm run bench -- agent`. */
export type AgentBenchOptions = {
  readonly rounds: number;
  /** The binary of App Mesh's agent; undefined: leave it out. */
  readonly appMeshAgent: string | undefined;
};

/**
 * Reads the words after `agent`: `[ROUNDS] [--app-mesh-agent FILE]`.
 * @throws BenchUsageError that names the wrong argument
 */
export async function readOptions(args: readonly string[], rounds: number): Promise<AgentBenchOptions> {
  const { values, positionals } = parse(args);
  const [wanted = `${rounds}`, ...more] = positionals;
  if (more.length > 0) {
    throw new BenchUsageError(`agent: unexpected argument ${JSON.stringify(more[0])}: it takes ROUNDS alone`);
  }
  const appMeshAgent = values['app-mesh-agent'];
  if (appMeshAgent !== undefined) {
    await access(appMeshAgent, constants.X_OK).catch((cause: unknown) => {
      const given = `--app-mesh-agent=${JSON.stringify(appMeshAgent)}`;
      throw new BenchUsageError(`${given}: no program there; it has to be the binary of App Mesh's agent`, {
        cause,
      });
    });
  }
  return { rounds: readRounds(wanted, 99), appMeshAgent };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { 'app-mesh-agent': { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new BenchUsageError(`agent: ${(error as Error).message}`);
  }
}
