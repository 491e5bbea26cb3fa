import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from './lab/lab.ts';
import { stage, type Stage } from './lab/stage.ts';
import { until } from './lab/until.ts';

// A connection that the rules have redirected, while rules are taken away from its host.

let lab: Lab;
let programs: Stage;
beforeAll(async () => {
  lab = await createLab({ name: 'detach' });
  programs = await stage(lab);
});
afterAll(() => lab?.close());

/** A server that answers with its port and what it got. */
const ECHO = `for (const port of [15000, 8000]) require('node:net').createServer((socket) => socket.on('data', (data) => socket.write(port + ' ' + data)))
  .listen(port, () => console.log('serves', port));`;

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(60_000) })) as [Buffer];
  return data.toString();
}

test('after detach, an open connection continues through Envoy, and a new one reaches the application; remove leaves no rule', async () => {
  const host = await lab.host('app');
  const server = host.spawn('echo', programs.node, ['-e', ECHO]);
  await server.line(/serves 8000/);
  await server.line(/serves 15000/);
  const proxyinit = (command: string, check = true) =>
    host.exec(programs.node, [programs.daybreak, 'proxyinit', command], {
      env: { APPMESH_APP_PORTS: '8000' },
      check,
    });
  await proxyinit('apply');
  const open = connect(8000, host.address);
  expect(await answer(open, 'one')).toBe('15000 one');

  expect((await proxyinit('detach')).stdout).toContain('new connections bypass Envoy');
  const later = connect(8000, host.address);
  expect(await answer(later, 'two')).toBe('8000 two');
  expect(await answer(open, 'three')).toBe('15000 three');
  expect((await proxyinit('status', false)).code).toBe(3);
  expect((await proxyinit('detach')).stdout).toContain('nothing changed');

  // An apply hooks the chains in again.
  await proxyinit('apply');
  const again = connect(8000, host.address);
  expect(await answer(again, 'four')).toBe('15000 four');
  expect((await proxyinit('status')).code).toBe(0);

  await proxyinit('detach');
  await proxyinit('remove');
  for (const socket of [open, later, again]) socket.destroy();
  await until(
    'no rule',
    async () => !(await host.exec('iptables-save', ['-t', 'nat'])).stdout.includes('APPMESH'),
  );
});
