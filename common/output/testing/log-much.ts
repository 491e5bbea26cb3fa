import { createLog } from '../../log.ts';
import { createBackgroundOutput } from '../background-output.ts';

// Logs 8 MiB, says so on stdout, and logs a last line when stdin ends.

const output = createBackgroundOutput();
const log = createLog('test', 'info', { divert: output.divert });
output.logTo(log, (bytes) => ({ code: 'OUTPUT_DROPPED', bytes }));
for (let index = 0; index < 8192; index += 1) {
  log.info({ filler: 'x'.repeat(1024) }, `line ${index}`);
  if (index % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`alive ${output.dropped() > 0 ? 'with' : 'without'} losses\n`);
process.stdin.resume().once('end', () => {
  log.info('the last line');
  process.exit(0);
});
