import { backends, inputsOf, on, type Input } from '../inputs.ts';

/** Ports that several backends of one virtual node share. */
export const PORTS = {
  databases: 3306,
  twins: 3307,
  pair: 3309,
  mixed: 8080,
  tls: 443,
  alone: 3308,
} as const;

/** The backends in the mesh with DROP_ALL. At first there is one database. */
export const BACKENDS = [
  'db1.local',
  'twin-a.local',
  'twin-b.local',
  'pair-a.local',
  'pair-b.local',
  'web.local',
  'queue.local',
  'one.example.com',
  'two.example.com',
  'alone.local',
];

/** Virtual services, their listeners, and the hosts behind them, which are never the hosts that their names resolve to. */
const SERVICES = [
  ['db1.local', 'server-1', PORTS.databases, 'tcp'],
  ['db2.local', 'server-2', PORTS.databases, 'tcp'],
  ['twin-a.local', 'server-1', PORTS.twins, 'tcp'],
  ['twin-b.local', 'server-2', PORTS.twins, 'tcp'],
  ['web.local', 'server-1', PORTS.mixed, 'http'],
  ['queue.local', 'server-2', PORTS.mixed, 'tcp'],
  ['one.example.com', 'server-1', PORTS.tls, 'tcp'],
  ['two.example.com', 'server-2', PORTS.tls, 'tcp'],
  ['alone.local', 'server-1', PORTS.alone, 'tcp'],
] as const;

const closed = inputsOf('closed');
const open = inputsOf('open');

function servicesOf(is: typeof closed, wanted: readonly string[]): readonly Input[] {
  return SERVICES.filter(([name]) => wanted.includes(name)).flatMap(([name, hostname, port, protocol]) => {
    const node = name.replaceAll('.', '-');
    return [
      is.node(node, { listeners: [on(port, protocol)], serviceDiscovery: { dns: { hostname } } }),
      is.service(name, { node }),
    ];
  });
}

/** Two names of one virtual node. */
const PAIR: readonly Input[] = [
  closed.node('pair', {
    listeners: [on(PORTS.pair, 'tcp')],
    serviceDiscovery: { dns: { hostname: 'server-2' } },
  }),
  ...['pair-a.local', 'pair-b.local'].map((name) => closed.service(name, { node: 'pair' })),
];

const trust = { file: { certificateChain: '/not/there.pem' } };
const clientPolicy = { tls: { enforce: true, validation: { trust } } };

/** A mesh with DROP_ALL, and one with ALLOW_ALL in which one caller enforces TLS and the other does not. */
export const INPUTS: readonly Input[] = [
  closed.mesh(),
  ...servicesOf(closed, [...BACKENDS, 'db2.local']),
  ...PAIR,
  closed.node('caller', { backends: backends(BACKENDS) }),
  open.mesh({ egressFilter: { type: 'ALLOW_ALL' } }),
  ...servicesOf(open, ['db1.local', 'db2.local']),
  open.node('plain', { backends: backends(['db1.local', 'db2.local']) }),
  open.node('guarded', {
    backends: backends(['db1.local', 'db2.local']),
    backendDefaults: { clientPolicy },
  }),
];
