import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { DOCUMENT } from '../../controlplane/auth/testing/signed-requests.ts';
import { writeSelfSigned } from '../../controlplane/tls/testing/certificates.ts';

const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');

/** A control plane as in production: over TLS, with authentication. */
export type SecuredControlPlane = {
  /** `https://localhost:…`, and the address of ADS. */
  readonly endpoint: string;
  readonly ads: string;
  /** The files of its flags. `cert` is self-signed. */
  readonly files: {
    readonly cert: string;
    readonly key: string;
    readonly credentials: string;
    readonly audit: string;
  };
  /** The lines of its stderr. */
  log(): readonly string[];
  signal(name: 'SIGHUP'): void;
  /** Sends SIGTERM, as an operator would. Returns the exit code. */
  stop(): Promise<number | undefined>;
  /** Removes its files from disk. */
  remove(): void;
};

/** Starts a control plane with the users of `DOCUMENT`, and a folder for its model unless the flags have `--store`. `flags` come last. */
export async function startSecuredControlPlane(...flags: readonly string[]): Promise<SecuredControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-secured-'));
  const file = (name: string): string => join(folder, name);
  const files = {
    cert: file('cert.pem'),
    key: file('key.pem'),
    credentials: file('credentials.json'),
    audit: file('audit.jsonl'),
  };
  await writeSelfSigned(files);
  await writeFile(files.credentials, JSON.stringify(DOCUMENT), { mode: 0o600 });
  const store = flags.includes('--store') ? [] : ['--data', file('data')];
  const where = [...store, '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const tls = ['--tls-cert', files.cert, '--tls-key', files.key];
  const who = ['--credentials', files.credentials, '--audit', files.audit];
  const program = execa(process.execPath, [DAYBREAK, 'controlplane', ...where, ...tls, ...who, ...flags], {
    reject: false,
    stdin: 'ignore',
  });
  const errors: string[] = [];
  program.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const [line] = (await once(program.stdout, 'data', { signal: AbortSignal.timeout(120_000) })) as [Buffer];
  const { api, ads } = JSON.parse(line.toString()) as { api: string; ads: string };
  return {
    endpoint: api.replace('127.0.0.1', 'localhost'),
    ads: ads.replace('127.0.0.1', 'localhost'),
    files,
    log: () => errors.join('').split('\n'),
    signal: (name) => void program.kill(name),
    stop: async () => {
      program.kill('SIGTERM');
      return (await program).exitCode;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
