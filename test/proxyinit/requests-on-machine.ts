/** The requests that `REQUESTS_PROGRAM` has made so far. */
export type Requests = {
  readonly answered: number;
  /** The reasons of those that failed. */
  readonly failures: readonly string[];
};

/**
 * A program that sends requests to port 443 without a pause, on three connections that stay open and on new ones, without retries. It writes its
 * `Requests` to /var/requests.json.
 */
export const REQUESTS_PROGRAM = `
import { renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';

let answered = 0;
const failures = [];

function call(agent) {
  return new Promise((resolve) => {
    const ended = (failure) => {
      if (failure === undefined) answered += 1;
      else failures.push(String(failure));
      resolve();
    };
    get('http://127.0.0.1:443/', { agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => (body += text)).on('error', ended);
      answer.on('end', () => ended(answer.statusCode === 200 && body === 'hello' ? undefined : answer.statusCode + ' ' + body));
    }).on('error', ended);
  });
}

async function repeat(agent) {
  for (;;) await call(agent);
}

setInterval(() => {
  writeFileSync('/var/requests.new', JSON.stringify({ answered, failures }));
  renameSync('/var/requests.new', '/var/requests.json');
}, 100);
const kept = new Agent({ keepAlive: true, maxSockets: 3 });
for (let index = 0; index < 3; index += 1) void repeat(kept);
void repeat(false);
`;

/** Reads the file of `REQUESTS_PROGRAM`. Without one, there are no requests yet. */
export function readRequests(text: string): Requests {
  return text === '' ? { answered: 0, failures: [] } : (JSON.parse(text) as Requests);
}
