import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { bundleProxyinit, makeHost, type Host } from './host.ts';

/** Option of the restore programs: legacy iptables has one lock for the whole machine, and other test files use it too. */
export const WAIT = '--wait=120';

/** Resources of one test file: a folder, bundled proxyinit, and hosts that are removed after each test. */
export type Place = {
  readonly folder: string;
  readonly program: string;
  /** Creates a host that is removed after the test, or with `kept` after all tests. */
  host(kept?: 'kept'): Host;
  /** Creates an empty folder. */
  empty(): string;
  /** Creates a folder for the PATH whose plain `iptables` has this backend. */
  plain(backend: 'nft' | 'legacy'): string;
  /** Creates a folder for the PATH with this shell script. */
  script(name: string, text: string): string;
};

/** Creates the resources. Call this at the top of a test file. */
export function usePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'dbpi-'));
  const program = join(folder, 'run.mjs');
  const hosts = { test: new Set<Host>(), kept: new Set<Host>() };
  let count = 0;
  const number = () => (count += 1);
  const removeAll = (which: Set<Host>) => {
    for (const host of which) host.remove();
    which.clear();
  };
  beforeAll(() => bundleProxyinit(folder));
  afterEach(() => removeAll(hosts.test));
  afterAll(() => {
    removeAll(hosts.kept);
    rmSync(folder, { recursive: true });
  });
  const subfolder = () => mkdtempSync(join(folder, 'path-'));
  return {
    folder,
    program,
    host: (kept) => {
      const host = makeHost(`dbpi-${process.pid}-${number()}`, program);
      hosts[kept ?? 'test'].add(host);
      return host;
    },
    empty: subfolder,
    plain: (backend) => {
      const path = subfolder();
      for (const name of ['iptables', 'ip6tables']) {
        for (const what of ['save', 'restore']) {
          symlinkSync(`/usr/sbin/${name}-${backend}-${what}`, join(path, `${name}-${what}`));
        }
      }
      return path;
    },
    script: (name, text) => {
      const path = subfolder();
      writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return path;
    },
  };
}

/** Returns the lines, sorted. The order in which iptables lists chains depends on when they were made; that of rules in a chain is what counts. */
export function lines(rules: string): readonly string[] {
  return rules.split('\n').toSorted();
}

/** Returns the PATH with a folder before all others. */
export function pathWith(folder: string): string {
  return `${folder}:${process.env['PATH']}`;
}

/** Every setting that is off by default. */
export const EVERYTHING = {
  APPMESH_IGNORE_UID: '1337,1338',
  APPMESH_IGNORE_GID: '1339',
  APPMESH_APP_PORTS: '1:1024,8080',
  APPMESH_EGRESS_IGNORED_PORTS: '3306,5000:5010',
  APPMESH_EGRESS_IGNORED_IP: '192.0.2.0/24,fd99::/16,0.0.0.0/32',
  APPMESH_ENABLE_IPV6: '1',
  DAYBREAK_EGRESS_PORTS: '80,443,8000:9000',
  DAYBREAK_EGRESS_IP: '10.0.0.0/8,192.168.0.0/16,fd00::/8,::/0',
  DAYBREAK_EGRESS_UID: '1000,1001',
  DAYBREAK_INGRESS_IP: '10.0.0.0/8,fd00::/8',
  DAYBREAK_INGRESS_IGNORED_PORTS: '100,200:300',
  DAYBREAK_INGRESS_IGNORED_IP: '10.9.0.0/16,fd09::1',
  DAYBREAK_IGNORED_INTERFACES: 'docker0,veth+',
  DAYBREAK_DNS: '1',
  DAYBREAK_DNS_SERVERS: '10.0.0.2,127.0.0.53,fd00::2',
  DAYBREAK_DROP_INVALID: '1',
  DAYBREAK_GUARD: '1',
};
