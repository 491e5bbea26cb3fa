import { join } from 'node:path';
import { execa } from 'execa';
import type { IdentityPlane } from './identity-plane.ts';

const DAYBREAK = join(import.meta.dirname, '../../../cli/main.ts');

/** Runs an operator's command of `daybreak` at a control plane. Returns its stdout; rejects with its stderr. */
export async function runDaybreak(plane: IdentityPlane, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [DAYBREAK, ...args], {
    env: {
      NODE_EXTRA_CA_CERTS: join(plane.folder, 'cert.pem'),
      DAYBREAK_ENDPOINT: plane.plane().api.replace('127.0.0.1', 'localhost'),
    },
    stripFinalNewline: false,
    timeout: 120_000,
  });
  return stdout;
}
