import type { JSX } from 'preact';
import { Command } from '../parts/command.tsx';
import { Name } from '../parts/name.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import { duration } from '../text/texts.ts';
import type { Identities } from '../model/security/identity-answers.ts';
import type { IdentityPageProps } from './identity-state.ts';

/** The authority of the control plane, and the certificates that it issued: who holds what, and for how long. */
export function Authority(props: IdentityPageProps): JSX.Element {
  const { t, identities } = props;
  if (identities.state === 'ready') return <Issuing {...props} found={identities.value} />;
  if (identities.state === 'loading' || identities.code === 'away')
    return <NotReady t={t} state={identities} />;
  return (
    <section class="card">
      <div class="body">
        {identities.code === 'AccessDeniedException' ? (
          <p>{t.identity.denied}</p>
        ) : (
          <>
            <p>
              <strong>{t.identity.off}</strong>
            </p>
            <p class="quiet">{t.identity.offHow}</p>
            <Command
              t={t}
              text="daybreak controlplane --trust-domain apps.example --ca-key ca.key --tls-cert cert.pem --tls-key key.pem"
            />
          </>
        )}
      </div>
    </section>
  );
}

function Issuing(props: IdentityPageProps & { found: Identities }): JSX.Element {
  const { t, found } = props;
  const day = (iso: string): string => iso.slice(0, 10);
  return (
    <>
      <section class="card">
        <div class="head">
          <h2>{t.identity.authority}</h2>
        </div>
        <div class="body">
          <dl class="facts">
            <dt>{t.identity.domain}</dt>
            <dd class="mono">{found.trustDomain}</dd>
            {found.roots.map(({ fingerprint, ends }) => (
              <>
                <dt>{t.identity.root}</dt>
                <dd>
                  <code>{fingerprint}</code>
                  {` ${t.identity.until(day(ends))}`}
                </dd>
              </>
            ))}
            <dt>{t.identity.intermediate}</dt>
            <dd>{t.identity.until(day(found.issuing.ends))}</dd>
          </dl>
        </div>
      </section>
      <Holders {...props} />
    </>
  );
}

/** The certificates of the mesh. */
function Holders({ t, model, now, found }: IdentityPageProps & { found: Identities }): JSX.Element {
  const own = found.certificates.filter(
    ({ node, owner }) => node.split('/')[1] === model.mesh && owner === model.owner,
  );
  return (
    <section class="card scroll" tabIndex={0}>
      <div class="head">
        <h2>{t.identity.holders}</h2>
      </div>
      {own.length === 0 ? (
        <p class="body quiet">{t.identity.noHolders}</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.identity.node}</th>
              <th scope="col">{t.identity.provenBy}</th>
              <th scope="col">{t.identity.boundBy}</th>
              <th scope="col">{t.identity.principal}</th>
              <th scope="col">{t.identity.from}</th>
              <th scope="col">{t.identity.ends}</th>
              <th scope="col">{t.identity.serial}</th>
            </tr>
          </thead>
          <tbody>
            {own.map(({ node, method, boundBy, principal, from, ends, serial, state }) => (
              <tr key={serial}>
                <td class="name">
                  <Name text={node.split('/').slice(3).join('/')} />
                </td>
                <td>{method}</td>
                <td>{boundBy === '' ? '–' : boundBy}</td>
                <td>{principal}</td>
                <td class="mono">{from}</td>
                <td class="nowrap">
                  {ends <= now ? (
                    <span class="badge bad">{t.proxies.expired}</span>
                  ) : (
                    t.proxies.left(duration(t, ends - now))
                  )}
                  {state === 'current' ? null : <div class="badge warn">{state}</div>}
                </td>
                <td>
                  <code>{serial}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
