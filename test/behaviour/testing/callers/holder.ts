import { join } from 'node:path';
import type { Host } from '../../../lab/host.ts';
import { request } from '../../../lab/http.ts';

/** Connections to a server that says its name first, and then gives back what it is sent. */
export type Connections = {
  readonly host: string;
  readonly port: number;
  readonly count: number;
};

/** What a holder is told. */
export type Order =
  /** They stay open; those that are busy send a line every 100 ms, the others say nothing. */
  | ({ readonly kind: 'hold'; readonly group: string; readonly busy: boolean } & Connections)
  /** They are closed as soon as the server has said its name. */
  | ({ readonly kind: 'try' } & Connections)
  | { readonly kind: 'look' | 'drop'; readonly group: string };

/** How many connections each server took, by the name that it says; `closed`: those that no server took. */
export type Taken = Readonly<Record<string, number>>;

/** What has become of a group of connections. `alive`: on these a line came back just now. */
export type Held = { readonly cut: number; readonly alive: number };

/** Somebody on a host who opens connections, as its app would, and keeps them. */
export type Holder = {
  hold(group: string, to: Connections, busy: boolean): Promise<Taken>;
  try(to: Connections): Promise<Taken>;
  look(group: string): Promise<Held>;
  /** Closes them. */
  drop(group: string): Promise<void>;
};

/** Starts one on a host; it goes with the lab. */
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
      limitMs: 30_000,
    });
    if (status !== 200) throw new Error(`the holder on ${host.name}: ${body}`);
    return JSON.parse(body);
  }
}
