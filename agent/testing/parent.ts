import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';

// Starts what stands for Envoy, tells its process id, and waits to be killed.
const { pid } = await startEnvoy({
  binary: 'sleep',
  args: ['1000'],
  env: process.env,
  stdoutFd: 1,
  stderrFd: 2,
});
process.stdout.write(`${pid}\n`);
setInterval(() => undefined, 1000);
