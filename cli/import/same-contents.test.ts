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
function texts(enforce: boolean) {
  const node = (check: object, tls: object) => ({
    meshName: 'shop',
    virtualNodeName: 'web',
    spec: {
      listeners: [{ portMapping: { port: 80, protocol: 'http' }, healthCheck: { ...CHECK, ...check } }],
      serviceDiscovery: { dns: { hostname: 'web.local' } },
      backendDefaults: { clientPolicy: { tls: { validation: TRUST, ...tls } } },
    },
  });
  return {
    'a.json': JSON.stringify(node({}, {})),
    'b.json': JSON.stringify({ virtualNode: node({ port: 80 }, { enforce }) }),
  };
}

test('a configuration beside its state or answer is the same, although App Mesh added defaults there; it was a problem', async () => {
  const { code, stdout } = await importTexts(texts(true));
  expect(stdout).toContain('b.json:1: virtual node shop/web is in a.json:1 too\n');
  expect(code).toBe(0);
});

test('another value than the default is other contents', async () => {
  const { code, stdout } = await importTexts(texts(false));
  expect(stdout).toContain('b.json:1: virtual node shop/web is in a.json:1 too with other contents');
  expect(code).toBe(1);
});
