// Usage: node connect.js HOST. Says how connecting to port 80 of it fails.
import { connect } from 'node:net';

connect(80, process.argv[2] ?? '').on('error', (error) => {
  process.stdout.write(`${Reflect.get(error, 'code')}\n`);
});
