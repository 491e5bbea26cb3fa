import type { JSX } from 'preact';
import type { PlaintextNode } from '../model/security/identity-answers.ts';
import { addressOf } from '../app/place.ts';
import type { Tls } from '../model/graph/graph.ts';
import { Name } from '../parts/name.tsx';
import { ago } from '../text/texts.ts';
import type { IdentityPageProps } from './identity-state.ts';

const TONES: Readonly<Record<Tls | 'none', string>> = {
  strict: 'good',
  mutual: 'good',
  permissive: 'warn',
  mutualOptional: 'warn',
  none: '',
};

/** How each virtual node takes its callers: TLS, authorization, and which callers came without mutual TLS. */
export function Accepting(props: IdentityPageProps): JSX.Element {
  const { t, mesh, owner, nodes, securityOf, plaintext } = props;
  const plain = plaintext.state === 'ready' ? plaintext.value.nodes.filter((each) => each.mesh === mesh) : [];
  return (
    <section class="card scroll" tabIndex={0}>
      <div class="head">
        <h2>{t.identity.plain}</h2>
        <span class="quiet small">{t.identity.plainLead}</span>
      </div>
      {nodes.length === 0 ? (
        <p class="body quiet">{t.map.empty}</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.identity.node}</th>
              <th scope="col">{t.identity.takes}</th>
              <th scope="col">{t.identity.decides}</th>
              <th scope="col">
                {plaintext.state === 'ready'
                  ? t.identity.plainCallers(Math.round(plaintext.value.windowSeconds / 3600))
                  : t.identity.plainCallersNone}
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map(({ key, name, tls }) => (
              <tr key={key}>
                <td>
                  <a class="name" href={addressOf({ mesh, owner, page: 'resources', rest: [key] })}>
                    <Name text={name} />
                  </a>
                </td>
                <td>
                  <span class={`badge ${TONES[tls ?? 'none']}`}>{t.identity.accepts[tls ?? 'none']}</span>
                </td>
                <td>{t.identity.modes[securityOf(key).authorization]}</td>
                <td>
                  <PlainCallers {...props} node={plain.find(({ virtualNode }) => virtualNode === name)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function PlainCallers({
  t,
  now,
  plaintext,
  node,
}: IdentityPageProps & { node: PlaintextNode | undefined }): JSX.Element {
  if (plaintext.state !== 'ready') return <span class="quiet">{t.identity.notKnown}</span>;
  if (node === undefined) return <span class="quiet">{t.map.none}</span>;
  return (
    <>
      {node.hasProxyWithoutCertificate ? (
        <div>
          <span class="badge warn">{t.identity.withoutCertificate}</span>
        </div>
      ) : null}
      {node.callers.map(({ address, proxy, port, last }) => (
        <div key={`${address} ${port}`}>
          <span class="name">
            {proxy === undefined ? t.identity.unknown : proxy.split('/').slice(2).join('/')}
          </span>{' '}
          <span class="mono">{address}</span>{' '}
          <span class="quiet small">{`${t.identity.toPort(port)} · ${ago(t, last, now)}`}</span>
        </div>
      ))}
    </>
  );
}
