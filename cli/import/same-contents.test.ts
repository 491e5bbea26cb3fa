import { expect, test } from 'vitest';
import { importTexts } from './testing/run.ts';

const CHECK = {
  protocol: 'http',
  path: '/',
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  timeoutMillis: 2000,
  intervalMillis: 5000,
};
const TRUST = { trust: { file: { certificateChain: '/ca.pem' } } };

/** The texts of an input of a create call, as an operator keeps it, and of an answer of App Mesh, with what it added. */
function texts({ port, enforce }: { readonly port: number; readonly enforce: boolean }) {
  const node = (check: object, tls: object) => ({
    meshName: 'shop',
    virtualNodeName: 'web',
    spec: {
      listeners: [{ portMapping: { port: 80, protocol: 'http' }, healthCheck: { ...CHECK, ...check } }],
      backendDefaults: { clientPolicy: { tls: { validation: TRUST, ...tls } } },
    },
  });
  return {
    'a.json': JSON.stringify(node({}, {})),
    'b.json': JSON.stringify({ virtualNode: node({ port }, { enforce }) }),
  };
}

test('a configuration beside its state or answer is the same, although App Mesh added defaults there; it was a problem', async () => {
  const { code, stdout } = await importTexts(texts({ port: 80, enforce: true }));
  expect(stdout).toContain('b.json:1: virtual node shop/web is in a.json:1 too\n');
  expect(code).toBe(0);
});

test.each([
  { port: 8080, enforce: true },
  { port: 80, enforce: false },
])('other values than the defaults are other contents: %j', async (values) => {
  const { code, stdout } = await importTexts(texts(values));
  expect(stdout).toContain('b.json:1: virtual node shop/web is in a.json:1 too with other contents');
  expect(code).toBe(1);
});
