// The color teller: answers every request with its one color. Its settings are SERVER_PORT (default 9080) and COLOR (default
// black).
import { createServer } from 'node:http';
import { port, text } from '../../common/settings.ts';
import { serve } from './serve.ts';
import { settingsOrExit } from './settings.ts';

const settings = settingsOrExit((read) => ({
  port: read('SERVER_PORT', port, 9080),
  color: read('COLOR', text, 'black'),
}));

const server = createServer((request, response) => {
  request.resume();
  if (request.url === '/ping') response.end();
  else response.setHeader('content-type', 'text/plain; charset=utf-8').end(settings.color);
});

serve(server, settings.port, `colorteller: ${settings.color}`);
