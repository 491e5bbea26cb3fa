// Sends one HTTP request from the host that this program runs on. Arguments: the URL and the options. Output: the outcome as one line of JSON.
import { request, type Ask } from './http.ts';

const [url = '', options = '{}'] = process.argv.slice(2);
const outcome = await request(url, JSON.parse(options) as Ask).catch((error: Error) => {
  const { code } = error.cause as NodeJS.ErrnoException;
  return { error: code ?? error.message };
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);
