// Serves the files of a folder at ECS's address in a task: task metadata and credentials. Arguments: FOLDER ADDRESS PORT.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileOf } from './endpoint-file.ts';

const [folder = '', address = '', port = ''] = process.argv.slice(2);

const server = createServer((request, response) => {
  request.resume();
  const { pathname } = new URL(request.url ?? '/', 'http://task');
  void readFile(join(folder, fileOf(pathname)), 'utf8').then(
    (text) => response.setHeader('content-type', 'application/json').end(text),
    () => {
      response.statusCode = 404;
      response.end('there is no such task\n');
    },
  );
});
server.listen(Number(port), address, () => process.stdout.write('listening\n'));
