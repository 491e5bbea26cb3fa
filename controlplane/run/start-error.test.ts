import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { listenOn, openFiles } from './start-error.ts';

it('the error of a taken port named no flag, and had no code', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const listen = async (): Promise<void> =>
    void (await once(createServer().listen(port, '127.0.0.1'), 'listening'));
  await expect(listenOn('--ads', { host: '127.0.0.1', port }, listen)).rejects.toMatchObject({
    message: `--ads="127.0.0.1:${port}": another program listens there: stop it, or choose another port`,
    code: 'ADDRESS_UNUSABLE',
    exitCode: 1,
    cause: { code: 'EADDRINUSE' },
  });
  other.close();
});

it('the error of an unusable file had no code', async () => {
  const cause = new Error('ENOENT');
  const open = (): Promise<never> =>
    Promise.reject(new Error('the certificate cannot be read from c.pem', { cause }));
  await expect(openFiles(open)).rejects.toMatchObject({
    message: 'the certificate cannot be read from c.pem',
    code: 'FILE_UNUSABLE',
    exitCode: 1,
    cause,
  });
});
