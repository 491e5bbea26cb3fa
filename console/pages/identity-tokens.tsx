import type { JSX } from 'preact';
import { Command } from '../parts/command.tsx';
import { Name } from '../parts/name.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import { duration } from '../text/texts.ts';
import type { TokenList } from '../model/security/identity-answers.ts';
import type { IdentityPageProps } from './identity-state.ts';

/** The tokens of proxies, and the commands for them: the console never writes the operator's files. */
export function Tokens(props: IdentityPageProps): JSX.Element {
  const { t, mesh, nodes, tokens } = props;
  const node = `mesh/${mesh}/${nodes[0]?.key ?? 'virtualNode/NODE'}`;
  return (
    <section class="card" tabIndex={-1} aria-label={t.identity.tokens}>
      <div class="head">
        <h2>{t.identity.tokens}</h2>
      </div>
      {tokens.state === 'ready' ? (
        <List {...props} list={tokens.value} />
      ) : tokens.state === 'loading' || tokens.code === 'away' ? (
        <div class="body">
          <NotReady t={t} state={tokens} />
        </div>
      ) : null}
      <div class="body">
        <p class="quiet">{t.identity.tokensLead}</p>
        <p>{t.identity.join}</p>
        <Command t={t} text={`daybreak token join --node ${word(node)}`} />
        <p>{t.identity.bearer}</p>
        <Command t={t} text={`daybreak token create --node ${word(`mesh/${mesh}/virtualNode/*`)}`} />
        <p class="quiet small">{t.identity.revoke}</p>
      </div>
    </section>
  );
}

function List({
  t,
  mesh,
  now,
  list,
  mayRevoke,
  onRevoke,
}: IdentityPageProps & { list: TokenList }): JSX.Element {
  const joins = list.joinTokens.filter(({ node }) => node.split('/')[1]?.split('@')[0] === mesh);
  if (joins.length + list.fileTokens.length === 0) return <p class="body quiet">{t.identity.noTokens}</p>;
  const ends = (iso: string | null): string =>
    iso === null
      ? t.identity.never
      : Date.parse(iso) <= now
        ? t.proxies.expired
        : t.proxies.left(duration(t, Date.parse(iso) - now));
  return (
    <ul class="list">
      {joins.map(({ id, node, expires, cidrs }) => (
        <li key={`join ${id}`} class="change">
          <span class="badge info">{t.identity.oneTime}</span>
          <span>
            <span class="name">
              <Name text={node.split('/').slice(2).join('/')} />
            </span>{' '}
            <span class="quiet small">{[id, ends(expires), ...cidrs].join(' · ')}</span>
          </span>
          {mayRevoke ? (
            <button type="button" class="button slim danger" onClick={() => onRevoke(id)}>
              {t.identity.revokeToken}
            </button>
          ) : (
            <span />
          )}
        </li>
      ))}
      {list.fileTokens.map(({ id, nodes, expires }) => (
        <li key={`file ${id}`} class="change">
          <span class="badge">{t.identity.ofFile}</span>
          <span>
            <span class="name">
              <Name text={nodes.join(', ')} />
            </span>{' '}
            <span class="quiet small">{[id, ends(expires)].join(' · ')}</span>
          </span>
          <span />
        </li>
      ))}
    </ul>
  );
}

/** Quotes a word for a shell where it has to be. */
function word(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
