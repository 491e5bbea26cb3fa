import { startForwarder } from './forwarder.ts';

// A TCP load balancer as a program. Arguments: the HOST:PORT to listen on, then each target.

const [at = '', ...targets] = process.argv.slice(2);
const [host = '', port] = at.split(':');
const { address } = await startForwarder(targets, { at: { host, port: Number(port) } });
process.stdout.write(`balances at ${address}\n`);
