import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ConsoleSession } from '../../controlplane/console/contract.ts';
import type { MeshName } from '../api/kinds.ts';
import { Icon } from '../parts/icon.tsx';
import { LANGUAGES, type Language } from '../text/languages.ts';
import type { Texts } from '../text/texts.ts';
import { Logo } from './logo.tsx';
import { addressOf, PAGES, type Place } from './place.ts';
import { useInView } from './use-in-view.ts';

/** The state of the frame around every page. */
export type ShellProps = {
  readonly t: Texts;
  /** The title of the page. */
  readonly title: string;
  readonly place: Pick<Place, 'mesh' | 'owner' | 'page'>;
  readonly meshes: readonly MeshName[];
  readonly session: ConsoleSession;
  readonly connected: boolean;
  readonly problems: number;
  readonly language: Language;
  readonly onMesh: (mesh: MeshName) => void;
  readonly onTheme: () => void;
  readonly onLanguage: (language: Language) => void;
  readonly onSignOut: () => void;
  readonly children: ComponentChildren;
};

/** The frame around every page: navigation, mesh, session, and what everyone has to know. */
export function Shell(props: ShellProps): JSX.Element {
  const { t, place, problems, session, connected, children } = props;
  const current = place.page === 'service' ? 'map' : place.page;
  const at = { mesh: place.mesh, owner: place.owner };
  const link = useRef<HTMLAnchorElement>(null);
  const row = useRef<HTMLElement>(null);
  // In a narrow window, another page begins at its top, and the row of pages scrolls; a count or another language moves its links.
  useInView(row, link, [current, problems, t]);
  useEffect(() => link.current?.scrollIntoView({ block: 'nearest' }), [current]);
  const { title } = props;
  // Windows, the history of the browser and screen readers tell pages apart by their titles.
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={skip}>
        {t.shell.skip}
      </a>
      <header class="side">
        <a class="brand" href={addressOf(at)} aria-label={t.title}>
          <Logo />
          <span>{t.title}</span>
        </a>
        <MeshChoice {...props} />
        <nav ref={row} aria-label={t.shell.navigation}>
          <ul>
            {PAGES.map((page) => (
              <li key={page}>
                <a
                  {...(page === current ? { ref: link } : {})}
                  href={addressOf({ ...at, page })}
                  aria-current={page === current ? 'page' : undefined}
                >
                  <Icon name={page} />
                  {t.pages[page]}
                  {page === 'problems' && problems > 0 ? <span class="count">{problems}</span> : null}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Foot {...props} />
      </header>
      <div class="content">
        {connected && session.state !== 'open' ? null : (
          <section aria-label={t.shell.notice}>
            {connected ? null : (
              <div class="strip bad" role="alert">
                <span class="spinner" aria-hidden="true" />
                {t.shell.away}
              </div>
            )}
            {session.state === 'open' ? <div class="strip warn">{t.shell.openAccess}</div> : null}
          </section>
        )}
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}

// The address after `#` is the view, so a link to an anchor would leave it.
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function MeshChoice({ t, place, meshes, onMesh }: ShellProps): JSX.Element {
  const index = meshes.findIndex(
    ({ mesh, owner }) => mesh === place.mesh && (place.owner === '' || owner === place.owner),
  );
  return (
    <label class="field mesh-choice">
      <span class="visually-hidden">{t.shell.mesh}</span>
      <select
        value={String(index)}
        onChange={({ currentTarget }) => {
          const chosen = meshes[Number(currentTarget.value)];
          if (chosen !== undefined) onMesh(chosen);
        }}
      >
        {index === -1 ? <option value="-1">{place.mesh}</option> : null}
        {meshes.map(({ mesh, owner }, at) => (
          <option key={`${owner}/${mesh}`} value={String(at)}>
            {meshes.filter((each) => each.mesh === mesh).length > 1 ? `${mesh} (${owner})` : mesh}
          </option>
        ))}
      </select>
    </label>
  );
}

function Foot({ t, session, language, onTheme, onLanguage, onSignOut }: ShellProps): JSX.Element {
  return (
    <div class="foot">
      {session.state === 'signed in' ? (
        <div class="who">
          <strong>{session.user.name}</strong>
          {session.readOnly ? <div>{t.shell.readOnly}</div> : null}
        </div>
      ) : null}
      <div class="row">
        <label>
          <span class="visually-hidden">{t.shell.language}</span>
          <select
            value={language}
            onChange={({ currentTarget }) => onLanguage(currentTarget.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([code, { name }]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="button icon"
          aria-label={t.shell.theme}
          title={t.shell.theme}
          onClick={onTheme}
        >
          <Icon name="moon" />
        </button>
      </div>
      {session.state === 'signed in' ? (
        <button type="button" class="button slim" onClick={onSignOut}>
          {t.shell.signOut}
        </button>
      ) : null}
    </div>
  );
}
