import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The entry of one host in a hosts file. */
export type Entry = {
  readonly addresses: readonly string[];
  /** The host's own name first, then the DNS names that resolve to it. */
  readonly names: readonly string[];
};

/** `ip netns exec` mounts the files of this folder's subfolder NAMESPACE over those in /etc. */
export const NETNS_ETC = '/etc/netns';

/** Returns the text of a hosts file with every host of a lab, and localhost as in Debian. */
export function hostsFile(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ addresses, names }) =>
    addresses.map((address) => `${address} ${names.join(' ')}`),
  );
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', ...lines, ''].join('\n');
}

/**
 * No program listens on port 53 of a host, so a name that is not in the hosts file fails at once. A server that does not answer would block the
 * caller for seconds.
 */
const RESOLV_CONF = 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n';

/** Gives a namespace its own /etc/hosts and /etc/resolv.conf. */
export async function createNames(namespace: string, entries: readonly Entry[]): Promise<void> {
  const folder = join(NETNS_ETC, namespace);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'hosts'), hostsFile(entries));
  await writeFile(join(folder, 'resolv.conf'), RESOLV_CONF);
}

/**
 * Changes a namespace's /etc/hosts, for running programs too: they have this inode bind-mounted, so the file must not be replaced. It is overwritten
 * in one call and truncated afterwards, so that no reader ever finds it empty.
 */
export async function updateNames(namespace: string, entries: readonly Entry[]): Promise<void> {
  const file = await open(join(NETNS_ETC, namespace, 'hosts'), 'r+');
  try {
    const bytes = Buffer.from(hostsFile(entries));
    await file.write(bytes, 0, bytes.length, 0);
    await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}
