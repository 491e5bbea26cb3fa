import { join } from 'node:path';
import { request } from '../../lab/clients/http.ts';
import type { Host } from '../../lab/host.ts';

/** A DNS server's answer for a name: its IPv4 addresses, no addresses, no such name, a failure, or no answer at all. */
export type Answer = { readonly addresses: readonly string[] } | 'empty' | 'nxdomain' | 'servfail' | 'silent';

/** Answers by name. */
export type Answers = Readonly<Record<string, Answer>>;

/** The DNS server of a host. */
export type Dns = {
  /** Sets the answers from now on; all other names do not exist. */
  answer(answers: Answers): Promise<void>;
};

const PROGRAM = join(import.meta.dirname, 'dns-program.ts');

/** Starts the DNS server that a host's resolv.conf names; the hosts file has precedence. The server ends with the lab. */
export async function startDns(host: Host): Promise<Dns> {
  const socketPath = join(host.folder, 'dns');
  await host.spawn('dns', process.execPath, [PROGRAM, socketPath]).line(/^ready$/);
  return {
    async answer(answers) {
      await request('http://dns/', { method: 'POST', body: JSON.stringify(answers), socketPath });
    },
  };
}
