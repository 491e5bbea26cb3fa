// Asks for colors and prints their shares. Its settings are COLOR_URL (default http://127.0.0.1:9080/color) and REQUESTS (default 1000).
import { integer, text } from '../../common/settings.ts';
import { until } from '../../test/lab/until.ts';
import { shares, startTraffic } from '../traffic.ts';
import { settingsOrExit } from './settings.ts';

const { url, requests } = settingsOrExit((read) => ({
  url: read('COLOR_URL', text, 'http://127.0.0.1:9080/color'),
  requests: read('REQUESTS', integer(1, 1_000_000), 1000),
}));

const PER_SECOND = 1000;
const LIMIT_MS = 600_000;

const traffic = startTraffic(url, PER_SECOND);
traffic.cut(requests);
await until('all requests are sent', () => traffic.tally().requests >= requests, { limitMs: LIMIT_MS });
const tally = await traffic.stop();
for (const [color, share] of Object.entries(shares(tally))) {
  process.stdout.write(`${color.padEnd(8)}${(100 * share).toFixed(1).padStart(5)} %\n`);
}
process.stdout.write(`${tally.requests} requests, ${tally.failures} failed\n`);
for (const [error, count] of Object.entries(tally.errors)) process.stdout.write(`${count} times: ${error}\n`);
process.exitCode = tally.failures > 0 ? 1 : 0;
