// The color gateway: GET /color asks the teller and answers with the color and the shares of all colors so far. Its settings are
// SERVER_PORT (default 9080) and COLOR_TELLER_ENDPOINT (host:port).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { port, text } from '../../common/settings.ts';
import { createAskTeller } from './ask-teller.ts';
import { serve } from './serve.ts';
import { settingsOrExit } from './settings.ts';
import { createTally } from './tally.ts';
import { traceHeaders } from './trace-headers.ts';

const settings = settingsOrExit((read) => {
  const teller = read('COLOR_TELLER_ENDPOINT', text, '');
  if (teller === '') {
    read.problem({ name: 'COLOR_TELLER_ENDPOINT', got: undefined, wanted: 'host:port of the color teller' });
  }
  return { port: read('SERVER_PORT', port, 9080), teller };
});
const askTeller = createAskTeller(settings.teller);
const tally = createTally();

async function answerColor({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const color = await askTeller(traceHeaders(headers));
    tally.add(color);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ color, stats: tally.shares() }));
  } catch (error) {
    response.statusCode = 500;
    response.end(`500 - ${error instanceof Error ? error.message : 'failed'}\n`);
  }
}

const server = createServer((request, response) => {
  request.resume();
  if (request.url === '/color') {
    void answerColor(request, response);
  } else if (request.url === '/color/clear') {
    tally.clear();
    response.end('cleared');
  } else if (request.url === '/ping') {
    response.end();
  } else {
    response.statusCode = 404;
    response.end('404 page not found\n');
  }
});

serve(server, settings.port, `colorgateway: asks ${settings.teller}`);
