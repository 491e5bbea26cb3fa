import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { createCertificateSources } from '../../../controlplane/discovery/certificates/certificate-sources.ts';
import { writeSelfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { blockOf } from '../../docker/testing/blocks.ts';
import { until } from '../../lab/until.ts';
import { page, ROOT } from '../pages.ts';

// Commands of several pages that make files, as a reader runs them.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-walk-'));
});
afterEach(() => rm(folder, { recursive: true }));

function sh(lines: readonly string[], env: Readonly<Record<string, string>> = {}): ResultPromise {
  return execa('sh', ['-ec', lines.join('\n')], { cwd: folder, env });
}

test('docs/identity.md: a control plane starts with the key that the page makes', {
  timeout: 300_000,
}, async () => {
  await writeSelfSigned({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });
  const [makeKey = '', start = '', ...more] = blockOf('docs/identity.md', 'openssl rand');
  expect(more).toEqual([]);
  await sh([makeKey]);
  expect((await stat(join(folder, 'ca.key'))).mode & 0o777).toBe(0o600);
  const daybreak = start.replace(/^daybreak /, `exec ${process.execPath} ${join(ROOT, 'cli/main.ts')} `);
  const program = sh([`${daybreak} --api 127.0.0.1:0 --ads 127.0.0.1:0`]);
  let output = '';
  program.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await Promise.race([
    until('the line "ready"', () => output.includes('"ready":true') || undefined),
    program,
  ]);
  program.kill();
  expect(await program).toMatchObject({ exitCode: 0 });
  expect(await readdir(join(folder, 'data'))).toContain('daybreak.db');
});

/** A root, an intermediate and a certificate for red.prod, with OpenSSL. */
const CHAIN = [
  'new() { openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"; }',
  'sign() { openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem"; }',
  'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=root -keyout root.key -out root.pem',
  'echo basicConstraints=critical,CA:TRUE > intermediate.ext; new intermediate; sign intermediate root',
  'echo subjectAltName=DNS:red.prod > red.ext; new red; sign red intermediate',
];

test('docs/aws.md: the control plane reads a certificate that the page puts into the folder', async () => {
  const [block = ''] = [...page('docs/aws.md').text.matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text]) => text,
  );
  await sh([...CHAIN, block], { DIR: folder });
  const arn = /ARN=(\S+)/.exec(block)?.[1] ?? '';
  const endpoints = { cloudMap: undefined, acm: undefined, privateCa: undefined };
  const settings = { region: 'eu-west-1', cloudMapInterval: 1000, cloudMapCache: undefined, endpoints };
  const sources = createCertificateSources(
    { ...settings, certificates: folder },
    { log: createLog('test', 'silent'), onPoll: () => undefined },
  );
  const watch = sources.certificate(arn)(() => undefined);
  try {
    const { chain, authority } = await until('the certificate', () => watch.current());
    expect(new X509Certificate(chain).subjectAltName).toBe('DNS:red.prod');
    expect(new X509Certificate(authority).subject).toBe('CN=root');
  } finally {
    watch.close();
    sources.close();
  }
});
