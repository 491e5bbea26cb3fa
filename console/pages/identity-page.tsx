import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import type { Piece } from '../model/graph.ts';
import { keyOf, type Resource } from '../model/resources.ts';
import { Command } from '../parts/command.tsx';
import type { Loaded } from '../state/state.ts';
import { duration, type Texts } from '../text/texts.ts';

/** The part of the answer of `GET /daybreak/v1/identity` that the page shows. `ends` of a certificate: milliseconds since 1970. */
export type Identities = {
  readonly trustDomain: string;
  readonly roots: readonly { readonly fingerprint: string; readonly ends: string }[];
  readonly issuing: { readonly ends: string };
  readonly certificates: readonly {
    readonly node: string;
    readonly method: string;
    readonly principal: string;
    readonly from: string;
    readonly ends: number;
    readonly serial: string;
  }[];
};

/** The state of the page of identities. */
export type IdentityPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  readonly identities: Loaded<Identities>;
  /** NodeIdentity, MeshIdentity and AccessPolicy of the mesh. */
  readonly bindings: readonly Resource[];
  readonly nodes: readonly Piece[];
};

/** Who holds which certificate, how nodes accept calls, and the commands for tokens. */
export function IdentityPage(props: IdentityPageProps): JSX.Element {
  const { t, mesh, identities, nodes } = props;
  const node = `mesh/${mesh}/${nodes[0]?.key ?? 'virtualNode/NODE'}`;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.identity}</h1>
        <p class="lead">{t.identity.lead}</p>
      </header>
      {identities.state === 'ready' ? (
        <Authority {...props} found={identities.value} />
      ) : identities.state === 'failed' ? (
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
      ) : null}
      <Bindings {...props} />
      <Accepting {...props} />
      <section class="card">
        <div class="head">
          <h2>{t.identity.tokens}</h2>
        </div>
        <div class="body">
          <p class="quiet">{t.identity.tokensLead}</p>
          <p>{t.identity.join}</p>
          <Command t={t} text={`daybreak token join --node ${word(node)}`} />
          <p>{t.identity.bearer}</p>
          <Command t={t} text={`daybreak token create --node ${word(`mesh/${mesh}/virtualNode/*`)}`} />
          <p class="quiet small">{t.identity.revoke}</p>
        </div>
      </section>
    </div>
  );
}

/** Quotes a word for a shell where it has to be. */
function word(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function Authority({ t, mesh, now, found }: IdentityPageProps & { found: Identities }): JSX.Element {
  const own = found.certificates.filter(({ node }) => node.split('/')[1] === mesh);
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
      <section class="card scroll">
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
                <th scope="col">{t.identity.principal}</th>
                <th scope="col">{t.identity.from}</th>
                <th scope="col">{t.identity.ends}</th>
                <th scope="col">{t.identity.serial}</th>
              </tr>
            </thead>
            <tbody>
              {own.map(({ node, method, principal, from, ends, serial }) => (
                <tr key={serial}>
                  <td class="name">{node.split('/').slice(3).join('/')}</td>
                  <td>{method}</td>
                  <td>{principal}</td>
                  <td class="mono">{from}</td>
                  <td class="nowrap">{t.proxies.left(duration(t, ends - now))}</td>
                  <td>
                    <code>{serial}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

function Bindings({ t, mesh, owner, bindings }: IdentityPageProps): JSX.Element {
  return (
    <section class="card">
      <div class="head">
        <h2>{t.identity.bindings}</h2>
      </div>
      {bindings.length === 0 ? (
        <p class="body quiet">{t.identity.noBindings}</p>
      ) : (
        <ul class="list">
          {bindings.map((each) => (
            <li key={keyOf(each)} class="change">
              <span class="badge">{t.kinds[each.kind]}</span>
              <a class="name" href={addressOf({ mesh, owner, page: 'resources', rest: [keyOf(each)] })}>
                {each.name}
              </a>
              <span class="quiet small">{`v${each.version}`}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Accepting({ t, mesh, owner, nodes }: IdentityPageProps): JSX.Element {
  const tones = { strict: 'good', permissive: 'warn', none: '' } as const;
  return (
    <section class="card">
      <div class="head">
        <h2>{t.identity.plain}</h2>
        <span class="quiet small">{t.identity.plainLead}</span>
      </div>
      <ul class="list">
        {nodes.map(({ key, name, tls, detail }) => (
          <li key={key} class="change">
            <span class={`badge ${tones[tls ?? 'none']}`}>{t.identity.accepts[tls ?? 'none']}</span>
            <a class="name" href={addressOf({ mesh, owner, page: 'resources', rest: [key] })}>
              {name}
            </a>
            <span class="quiet small">{detail}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
