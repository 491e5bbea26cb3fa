// Usage: node connect.js HOST. Prints the error code of a connection to port 80 of HOST.
import { connect } from 'node:net';

connect(80, process.argv[2] ?? '').on('error', (error) => {
  process.stdout.write(`${Reflect.get(error, 'code')}\n`);
});
