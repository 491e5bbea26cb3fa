import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { EXAMPLE } from '../testing/example-mesh.ts';
import { en } from '../text/en.ts';
import { Authority } from './identity-authority.tsx';

const [own, other] = ['000000000000', '111111111111'];
const nothing = (): void => {};

function pageWith(certificates: readonly { owner: string; boundBy: string; serial: string }[]): string {
  return renderToString(
    <Authority
      t={en}
      mesh="m"
      owner=""
      now={0}
      model={EXAMPLE}
      identities={{
        state: 'ready',
        value: {
          trustDomain: 'apps.example',
          roots: [],
          issuing: { ends: '2030-01-01T00:00:00.000Z' },
          certificates: certificates.map((each) => ({
            ...each,
            node: 'mesh/m/virtualNode/front',
            method: 'iam',
            principal: 'arn:aws:iam::000000000000:role/front',
            from: '10.0.0.1',
            ends: 3_600_000,
            state: 'current',
          })),
        },
      }}
      plaintext={{ state: 'loading' }}
      access={{ state: 'loading' }}
      tokens={{ state: 'loading' }}
      bindings={[]}
      nodes={[]}
      securityOf={() => ({ mtls: 'OFF', authorization: 'OFF' })}
      asked={undefined}
      refusal={undefined}
      mayAllow={false}
      mayRevoke={false}
      onAllow={nothing}
      onConfirm={nothing}
      onCancel={nothing}
      onRevoke={nothing}
    />,
  );
}

test('each certificate has what binds it to its node, as in `daybreak identity`', () => {
  const html = pageWith([
    { owner: own, boundBy: 'IAM policy', serial: '1' },
    { owner: own, boundBy: 'NodeIdentity', serial: '2' },
    { owner: own, boundBy: '', serial: '3' },
  ]);
  expect(html).toContain('Bound by');
  const cells = [...html.matchAll(/<td>iam<\/td><td>([^<]*)<\/td>/g)].map(([, cell]) => cell);
  expect(cells).toEqual(['IAM policy', 'NodeIdentity', '–']);
});

test('the certificates are those of the mesh on view: those of a mesh of the same name in another account were beside them', () => {
  const html = pageWith([
    { owner: other, boundBy: '', serial: 'AB01' },
    { owner: own, boundBy: '', serial: 'AB02' },
  ]);
  expect([html.includes('AB01'), html.includes('AB02')]).toEqual([false, true]);
});
