import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Family } from '../../common/addresses/ip-range.ts';
import { runCommand } from '../backend/command.ts';
import { ProxyinitError } from '../errors.ts';
import { WIRE, type InProbe } from './probes.ts';

/** Result of an inbound connection while it is still open. `port`: the sender's port, if the connection was opened. */
export type Sent = { readonly probe: InProbe; readonly port: number | undefined; readonly code: string };

/** Runs in the other namespace: connects to each given address and port, prints the result, and waits for a line. */
const SENDER = `
const { connect } = require('node:net');
const lines = require('node:readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
(async () => {
  for (const [host, port, milliseconds] of JSON.parse(process.argv[1])) {
    const socket = connect({ host, port });
    const code = await new Promise((resolve) => {
      // A process that had no processor time runs its timers before it reads its input, and immediates after it.
      setTimeout(() => setImmediate(resolve, 'ETIMEDOUT'), milliseconds).unref();
      socket.on('connect', () => resolve('')).on('error', ({ code }) => resolve(code));
    });
    console.log(JSON.stringify({ port: code === '' ? socket.localPort : undefined, code }));
    await lines.next();
    socket.destroy();
  }
  process.exit();
})();`;

/** How often to look whether `unshare` has made its namespace, within 10 seconds in all. */
const NAMESPACE_TRIES = 1000;
const NAMESPACE_POLL_MS = 10;

/** Waits for a line, which says that the veth end exists, and configures this end. */
const SETUP = `read -r _ || exit 1
for address in $ADDRESSES; do ip address add "$address" dev "$WIRE" nodad 2>/dev/null || ip address add "$address" dev "$WIRE" || exit 1; done
ip link set "$WIRE" up && exec "$@"`;

/**
 * Sends probes from a temporary network namespace over a veth pair, and calls `seen` for each while its connection is open. Leaves nothing
 * behind, even if this process is killed: the pair disappears with the namespace.
 * @throws ProxyinitError if the namespace or the veth pair cannot be created
 */
export async function sendFromOutside(
  probes: readonly InProbe[],
  limitOf: (probe: InProbe) => number,
  env: NodeJS.ProcessEnv,
  seen: (sent: Sent) => Promise<void>,
): Promise<void> {
  const [here, there] = [`dbv${process.pid}a`, `dbv${process.pid}b`];
  const families = [...new Set(probes.map(({ family }) => family))];
  const cidrs = (end: 'here' | 'there') =>
    families.map((family) => `${WIRE[family][end]}/${WIRE[family].prefix}`);
  const orders = JSON.stringify(probes.map((probe) => [probe.to, probe.port, limitOf(probe)]));
  const sender = spawn(
    'unshare',
    ['--net', 'sh', '-c', SETUP, 'sh', process.execPath, '-e', SENDER, orders],
    {
      env: { ...env, WIRE: there, ADDRESSES: cidrs('there').join(' ') },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const said: Buffer[] = [];
  sender.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  sender.stdin.on('error', () => undefined);
  const ended = once(sender, 'close').catch((cause: unknown) => cause);
  try {
    await once(sender, 'spawn');
    await ip(
      ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', await namespaceOf(sender.pid)],
      env,
    );
    for (const address of cidrs('here'))
      await ip(['address', 'add', address, 'dev', here, ...nodad(address)], env);
    await ip(['link', 'set', here, 'up'], env);
    sender.stdin.write('\n');
    const limit = setTimeout(
      () => sender.kill('SIGKILL'),
      5000 + probes.reduce((sum, probe) => sum + 2 * limitOf(probe), 0),
    );
    let count = 0;
    for await (const line of createInterface({ input: sender.stdout })) {
      const probe = probes[count];
      if (probe === undefined) break;
      count += 1;
      await seen({ probe, ...(JSON.parse(line) as { port: number | undefined; code: string }) });
      sender.stdin.write('\n');
    }
    clearTimeout(limit);
    if (count < probes.length) throw failed('the sender ended early', Buffer.concat(said).toString());
  } finally {
    sender.kill('SIGKILL');
    await ended;
  }
}

/** Returns the process id that identifies the namespace for `ip`, once `unshare` has created the namespace. */
async function namespaceOf(pid: number | undefined): Promise<string> {
  const { readlink } = await import('node:fs/promises');
  const { setTimeout: sleep } = await import('node:timers/promises');
  const mine = await readlink('/proc/self/ns/net');
  for (let tries = 0; tries < NAMESPACE_TRIES; tries += 1) {
    const theirs = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
    if (theirs === undefined) break;
    if (theirs !== mine) return String(pid);
    await sleep(NAMESPACE_POLL_MS);
  }
  throw failed('no network namespace could be made', 'that needs the capability SYS_ADMIN');
}

async function ip(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, said } = await runCommand('ip', args, { env });
  if (code !== 0) throw failed(`ip ${args.join(' ')} failed`, said);
}

function nodad(address: string): readonly string[] {
  return address.includes(':') ? ['nodad'] : [];
}

function failed(what: string, said: string): ProxyinitError {
  return new ProxyinitError('COMMAND_FAILED', `${what} (${said.trim().replaceAll(/\s*\n\s*/g, '; ')})`);
}

/** Returns the sender's address of a family. */
export function senderAddress(family: Family): string {
  return WIRE[family].there;
}
