import { startEnvoy } from '../../supervisor/envoy-process/envoy-process.ts';
import { createDiagnosis } from '../diagnose.ts';

// Starts a program that takes all memory of the cgroup, and prints why it ended.
const binary = process.execPath;
const diagnosis = createDiagnosis({ binary: () => binary, validate: async () => ({ kind: 'accepted' }) });
diagnosis.begin();
const eat = 'const eaten = []; for (;;) eaten.push(Buffer.alloc(1 << 20, 1));';
const { exited } = await startEnvoy({
  binary,
  args: ['-e', eat],
  env: process.env,
  stdoutFd: 1,
  stderrFd: 2,
});
process.stdout.write(`${JSON.stringify(await diagnosis.explain(await exited, false, true))}\n`);
