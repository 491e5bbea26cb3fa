import { join } from 'node:path';
import type { Host } from '../../../lab/host.ts';
import { request } from '../../../lab/clients/http.ts';

/** Connections to a server that sends its name first, and then echoes. */
export type Connections = {
  readonly host: string;
  readonly port: number;
  readonly count: number;
};

/** An order to a holder. */
export type Order =
  /** The connections stay open; busy ones send a line every 100 ms, the others are silent. */
  | ({ readonly kind: 'hold'; readonly group: string; readonly busy: boolean } & Connections)
  /** The connections are closed as soon as the server has sent its name. */
  | ({ readonly kind: 'try' } & Connections)
  | { readonly kind: 'look' | 'drop'; readonly group: string };

/** The number of connections per server, by the server's name; `closed`: those that no server accepted. */
export type Taken = Readonly<Record<string, number>>;

/** The state of a group of connections. `alive`: those on which a line was just echoed. */
export type Held = { readonly cut: number; readonly alive: number };

/** A client on a host that opens connections, as the host's app would, and keeps them open. */
export type Holder = {
  hold(group: string, to: Connections, busy: boolean): Promise<Taken>;
  try(to: Connections): Promise<Taken>;
  look(group: string): Promise<Held>;
  /** Closes the connections of a group. */
  drop(group: string): Promise<void>;
};

/** Starts a holder on a host; it ends with the lab. */
export async function startHolder(host: Host): Promise<Holder> {
  const socketPath = join(host.folder, 'holder');
  const program = join(import.meta.dirname, 'holder-program.ts');
  await host.spawn('holder', process.execPath, [program, socketPath]).line(/^ready$/);
  return {
    hold: (group, to, busy) => tell({ kind: 'hold', group, busy, ...to }) as Promise<Taken>,
    try: (to) => tell({ kind: 'try', ...to }) as Promise<Taken>,
    look: (group) => tell({ kind: 'look', group }) as Promise<Held>,
    drop: async (group) => void (await tell({ kind: 'drop', group })),
  };

  async function tell(order: Order): Promise<unknown> {
    const { status, body } = await request('http://holder/', {
      method: 'POST',
      body: JSON.stringify(order),
      socketPath,
      limitMs: 180_000,
    });
    if (status !== 200) throw new Error(`the holder on ${host.name}: ${body}`);
    return JSON.parse(body);
  }
}
