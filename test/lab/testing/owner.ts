// Usage: node owner.ts stay|exit. Makes a lab with a running program and leaves it open.
import { createLab } from '../lab.ts';

const lab = await createLab({ name: 'owned' });
const host = await lab.host('one');
const program = host.spawn('sleep', 'sh', ['-c', 'echo running; exec sleep 1000']);
await program.line(/running/);
process.stdout.write(`${JSON.stringify({ name: lab.name, folder: lab.folder, pid: program.pid })}\n`);
if (process.argv[2] === 'exit') process.exit(0);
