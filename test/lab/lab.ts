// Hosts for tests, the demo and benches: network namespaces on a switch, each with a name and an address.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { claimLab, type Claim } from './claim.ts';
import { createHost, type Host, type HostDescription } from './host.ts';
import { onEnd } from './last-act.ts';
import { createNames, updateNames, type Entry } from './net/names.ts';
import { buildHost, buildSwitch } from './net/network.ts';
import type { Program } from './programs/program.ts';
import { openTemporaryFolder } from './net/reach.ts';
import { removeRemains } from './remains.ts';
import { address, address6, FIRST_HOST, LAST_HOST, OURS } from './net/subnet.ts';

/** Options of a lab. */
export type LabOptions = {
  /** Appears in the names of all that the lab makes: at most 20 of a-z, 0-9 and `-`. Default: none. */
  readonly name?: string;
  /** Whether names resolve to IPv6 addresses too. Default: false, because the traffic rules are for IPv4 by default. */
  readonly ipv6Names?: boolean;
};

/** Options of a host. */
export type HostOptions = {
  /** Further names that resolve to this host, on every host; several hosts may share one. */
  readonly dns?: readonly string[];
  /** Whether its names resolve to its IPv6 address too. Default: the lab's option. */
  readonly ipv6Names?: boolean;
};

/** Hosts on a switch. The test process is on the switch as well, so it reaches each of them by its address. */
export type Lab = {
  /** The prefix of every namespace's name. */
  readonly name: string;
  /** Our own address on the switch, as the hosts see it. */
  readonly address: string;
  /** A folder that any uid can read; it is removed when the lab is closed. */
  readonly folder: string;
  /** Adds a host; every host can resolve its name (a-z, 0-9, `-`). Up to 252 hosts. */
  host(name: string, options?: HostOptions): Promise<Host>;
  /** Replaces the further names of a host, for every host and for programs that already run. */
  rename(host: Host, dns: readonly string[]): Promise<void>;
  /** Kills the running programs and removes everything that the lab made. Idempotent. */
  close(): Promise<void>;
};

const NAME = /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/;

/**
 * Makes an empty lab, beside others that may be open. It is closed at the latest when this process ends; the next process that makes a lab removes
 * those of killed processes. Needs root.
 * @throws Error that says what is missing, or wrong with a name.
 */
export async function createLab({ name, ipv6Names = false }: LabOptions = {}): Promise<Lab> {
  if (process.getuid?.() !== 0) throw new Error('a lab is made of network namespaces, and that needs root');
  checkName('lab', name ?? 'none');
  const claim = await claimLab(name, openTemporaryFolder());
  const remove = () => {
    removeRemains(claim);
    claim.release();
  };
  const forget = onEnd(remove);
  try {
    return await furnish(claim, ipv6Names, () => {
      forget();
      remove();
    });
  } catch (error) {
    forget();
    remove();
    throw error;
  }
}

async function furnish(claim: Claim, ipv6Names: boolean, remove: () => void): Promise<Lab> {
  const { subnet } = claim;
  removeRemains(claim);
  mkdirSync(claim.folder);
  chmodSync(claim.folder, 0o755);
  const switchNamespace = `${claim.name}-switch`;
  await buildSwitch(switchNamespace, claim.link, subnet);

  const entries = new Map<string, Entry>();
  const running = new Set<Program>();
  let open = true;
  // Hosts are added one at a time, even if calls overlap: each changes the names of all before it.
  let previous: Promise<unknown> = Promise.resolve();

  async function add(hostName: string, dns: readonly string[], sixth: boolean): Promise<Host> {
    checkName('host', hostName);
    if (!open) throw new Error(`lab ${claim.name} is closed: no host ${hostName}`);
    if (hostName === 'switch' || entries.has(hostName)) {
      throw new Error(`host ${hostName}: there is one of that name in lab ${claim.name}`);
    }
    const number = FIRST_HOST + entries.size;
    if (number > LAST_HOST) throw new Error(`host ${hostName}: lab ${claim.name} is full`);
    const place: HostDescription = {
      name: hostName,
      namespace: `${claim.name}-${hostName}`,
      address: address(subnet, number),
      address6: address6(subnet, number),
      folder: join(claim.folder, hostName),
    };
    const addresses = sixth ? [place.address, place.address6] : [place.address];
    const before = [...entries.keys()];
    entries.set(hostName, { addresses, names: [hostName, ...dns] });
    mkdirSync(place.folder);
    chmodSync(place.folder, 0o755);
    const all = [...entries.values()];
    await createNames(place.namespace, all);
    await buildHost(place.namespace, switchNamespace, subnet, number);
    await Promise.all(before.map((other) => updateNames(`${claim.name}-${other}`, all)));
    return createHost(place, running);
  }

  return {
    name: claim.name,
    address: address(subnet, OURS),
    folder: claim.folder,
    host(hostName, { dns = [], ipv6Names: sixth = ipv6Names } = {}) {
      const host = previous.then(() => add(hostName, dns, sixth));
      previous = host.catch(() => undefined);
      return host;
    },
    async rename({ name: hostName }, dns) {
      await previous;
      const entry = entries.get(hostName);
      if (entry === undefined) throw new Error(`lab ${claim.name} has no host ${hostName}`);
      entries.set(hostName, { ...entry, names: [hostName, ...dns] });
      const all = [...entries.values()];
      await Promise.all([...entries.keys()].map((each) => updateNames(`${claim.name}-${each}`, all)));
    },
    async close() {
      if (!open) return;
      open = false;
      await previous;
      const ends = [...running].map(({ ended }) => ended);
      for (const program of running) program.kill('SIGKILL');
      await Promise.all(ends);
      remove();
    },
  };
}

function checkName(what: string, name: string): void {
  if (!NAME.test(name)) {
    throw new Error(`${what} name ${JSON.stringify(name)}: 1 to 20 of a-z, 0-9 and -, not at its ends`);
  }
}
