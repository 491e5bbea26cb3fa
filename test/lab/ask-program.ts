// One HTTP request from wherever this runs. The URL and the options are its arguments, the outcome is a line of JSON.
import { request, type Ask } from './http.ts';

const [url = '', options = '{}'] = process.argv.slice(2);
const outcome = await request(url, JSON.parse(options) as Ask).catch((error: Error) => {
  const { code } = error.cause as NodeJS.ErrnoException;
  return { error: code ?? error.message };
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);
