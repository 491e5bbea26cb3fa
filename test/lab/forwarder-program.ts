import { startForwarder } from './forwarder.ts';

// A balancer of TCP connections, as a program: HOST:PORT where it listens, and then each target.

const [at = '', ...targets] = process.argv.slice(2);
const [host = '', port] = at.split(':');
const { address } = await startForwarder(targets, { at: { host, port: Number(port) } });
process.stdout.write(`balances at ${address}\n`);
