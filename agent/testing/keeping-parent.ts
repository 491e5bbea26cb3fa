import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';

// Starts a program that outlives this one. Its arguments: the folder, the seconds, and the program with its arguments. Prints the program's process id.
const [, , folder = '', seconds = '', binary = '', ...args] = process.argv;
const keep = { folder, seconds: Number(seconds) };
const { pid } = await startEnvoy({ binary, args, keep, env: process.env, stdoutFd: 1, stderrFd: 2 });
process.stdout.write(`${pid}\n`);
// The program must not keep this process running: it ends by itself once its stdin ends.
process.stdin.resume();
