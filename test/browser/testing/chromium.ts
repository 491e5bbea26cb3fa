import { join } from 'node:path';
import type { Host } from '../../lab/host.ts';
import type { Program } from '../../lab/programs/program.ts';
import { isOnPath } from '../../operations/clients/on-path.ts';

/** Returns why there is no browser for the test; undefined if there is one. */
export function whyNoChromium(): string | undefined {
  return isOnPath('chromium') ? undefined : 'chromium is not installed';
}

const FLAGS = [
  '--headless',
  // The browser runs as root, in a namespace of the test's own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a page in a browser on a host, until it is killed. `evil.example` resolves to 127.0.0.1. */
export function openPage(host: Host, profile: string, url: string): Program {
  const folder = join(host.folder, profile);
  const rules = '--host-resolver-rules=MAP evil.example 127.0.0.1';
  return host.spawn('chromium', 'chromium', [...FLAGS, `--user-data-dir=${folder}`, rules, url], {
    env: { HOME: folder, PATH: process.env['PATH'] ?? '' },
  });
}
