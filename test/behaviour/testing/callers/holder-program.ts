// Opens and keeps TCP connections from the host that it runs on. It receives its orders on a Unix socket (its argument): one Order per HTTP request.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Connections, Held, Order, Taken } from './holder.ts';

const PACE_MS = 100;
const LIMIT_MS = 120_000;

const groups = new Map<string, Socket[]>();

createServer((incoming, response) => {
  void text(incoming)
    .then((body) => obey(JSON.parse(body) as Order))
    .then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
}).listen(process.argv[2], () => process.stdout.write('ready\n'));

async function obey(order: Order): Promise<Taken | Held | null> {
  switch (order.kind) {
    case 'hold': {
      const { taken, sockets } = await open(order);
      groups.set(order.group, [...(groups.get(order.group) ?? []), ...sockets]);
      if (order.busy) sockets.forEach(keepBusy);
      return taken;
    }
    case 'try': {
      const { taken, sockets } = await open(order);
      for (const socket of sockets) socket.destroy();
      return taken;
    }
    case 'drop':
      for (const socket of groups.get(order.group) ?? []) socket.destroy();
      groups.delete(order.group);
      return null;
    case 'look':
      return look(groups.get(order.group) ?? []);
  }
}

async function open(
  to: Connections,
): Promise<{ readonly taken: Taken; readonly sockets: readonly Socket[] }> {
  const opened = await Promise.all(Array.from({ length: to.count }, () => openOne(to)));
  const taken: Record<string, number> = {};
  for (const { name } of opened) taken[name] = (taken[name] ?? 0) + 1;
  return { taken, sockets: opened.flatMap(({ name, socket }) => (name === CLOSED ? [] : [socket])) };
}

const CLOSED = 'closed';

async function openOne({ host, port }: Connections): Promise<{ name: string; socket: Socket }> {
  const socket = connect(port, host);
  socket.on('error', () => {});
  const name = await firstLine(socket);
  socket.on('data', () => {});
  return { name, socket };
}

/** Returns the word before the first space; `closed` if the connection ends without data. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString().split(' ')[0] ?? ''));
    socket.once('close', () => resolve(CLOSED));
    const timer = setTimeout(() => reject(new Error('no data on the connection')), LIMIT_MS);
    socket.once('close', () => clearTimeout(timer)).once('data', () => clearTimeout(timer));
  });
}

function keepBusy(socket: Socket): void {
  const timer = setInterval(() => socket.write('busy\n'), PACE_MS);
  socket.once('close', () => clearInterval(timer));
}

async function look(sockets: readonly Socket[]): Promise<Held> {
  const answers = await Promise.all(sockets.map(isAlive));
  return {
    cut: sockets.filter(({ closed }) => closed).length,
    alive: answers.filter((answer) => answer).length,
  };
}

async function isAlive(socket: Socket): Promise<boolean> {
  if (socket.closed || socket.destroyed) return false;
  const answered = once(socket, 'data', { signal: AbortSignal.timeout(LIMIT_MS) });
  socket.write('still there?\n');
  return answered.then(
    () => true,
    () => false,
  );
}
