import { Command, InvalidArgumentError } from 'commander';

/** The options of `npm run demo --`. */
export type DemoOptions = {
  /** Ends stdout with one line of JSON. */
  readonly json: boolean;
  /** Keeps the mesh running until Ctrl-C. */
  readonly keep: boolean;
  /** A file for a picture of the screen (SVG). Default: none. */
  readonly picture?: string;
  /** The number of requests to count after the change of weights. Default 2,000. */
  readonly requests: number;
};

/** Reads the demo's arguments; wrong ones end the process with a usage message and exit code 1. */
export function readOptions(args: readonly string[]): DemoOptions {
  return new Command('npm run demo --')
    .description('The color application in a mesh of real Envoys, on hosts made of network namespaces')
    .option('--json', 'end stdout with one line of JSON', false)
    .option('--keep', 'keep the mesh running until Ctrl-C', false)
    .option('--picture <file>', 'write a picture of the screen as it was at the end, SVG')
    .option('--requests <n>', 'how many requests to count after the weights moved', requestCount, 2000)
    .parse(args, { from: 'user' })
    .opts<DemoOptions>();
}

function requestCount(value: string): number {
  const count = /^\d{1,7}$/.test(value) ? Number(value) : 0;
  if (count < 1) throw new InvalidArgumentError('It has to be a whole number from 1 to 9999999.');
  return count;
}
