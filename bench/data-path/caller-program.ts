// `node caller-program.ts URL HOST PARALLEL SECONDS`: GET requests, PARALLEL at a time, each connection kept open. Prints one line of JSON: how
// many were answered, and the median and the 99th of 100 of their times in milliseconds.
import { Agent } from 'node:http';
import { request } from '../../test/lab/clients/http.ts';
import { percentile } from '../figures/percentile.ts';

const [url = '', host = '', parallel = '', seconds = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(parallel) });
const end = performance.now() + Number(seconds) * 1000;
const times: number[] = [];

async function call(): Promise<void> {
  while (performance.now() < end) {
    const start = performance.now();
    const { status, body } = await request(url, { agent, headers: { host } });
    if (status !== 200) throw new Error(`${status} ${body}`);
    times.push(performance.now() - start);
  }
}

await Promise.all(Array.from({ length: Number(parallel) }, call));
agent.destroy();
const [median, late] = [percentile(times, 0.5), percentile(times, 0.99)];
process.stdout.write(`${JSON.stringify({ requests: times.length, median, late })}\n`);
