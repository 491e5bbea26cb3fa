import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ConsoleSession, SignIn } from '../../controlplane/console/contract.ts';
import { call, CallError } from '../api/call.ts';
import { NoMeshPage } from '../pages/no-mesh-page.tsx';
import { SignInPage } from '../pages/sign-in-page.tsx';
import { Empty } from '../parts/empty.tsx';
import { begin, meshOnView, readAll } from '../state/follow.ts';
import { remember } from '../state/remembered.ts';
import { wordsOf } from '../state/words-of.ts';
import { speak } from '../state/speak.ts';
import {
  connected,
  hasEnded,
  language,
  meshes,
  model,
  place,
  session,
  texts,
  theme,
} from '../state/state.ts';
import type { Texts } from '../text/texts.ts';
import { endpoint } from './endpoint.ts';
import { addressOf, type Place } from './place.ts';
import { PageOf } from './page-of.tsx';
import { Shell } from './shell.tsx';
import { problemCount } from '../state/derived.ts';

/** The whole console: reads the state, and gives it to the view that the address names. */
export function App(): JSX.Element {
  const t = texts.value;
  const current = session.value;
  if (current.state === 'loading') return <Empty title={t.shell.loading} />;
  if (current.state === 'failed') {
    return (
      <main class="page">
        <h1 class="visually-hidden">{t.title}</h1>
        <p class="note bad" role="alert">
          {current.code === 'away' ? t.shell.away : current.message}
        </p>
      </main>
    );
  }
  if (current.value.state === 'signed out') return <Gate session={current.value} />;
  return <Inside session={current.value} />;
}

function Gate({
  session: signedOut,
}: {
  session: Extract<ConsoleSession, { state: 'signed out' }>;
}): JSX.Element {
  const [error, setError] = useState<string>();
  const signIn = async (key: SignIn): Promise<void> => {
    try {
      await call('/console/session', { method: 'POST', body: key });
      await begin();
    } catch (failure) {
      if (!(failure instanceof CallError)) throw failure;
      setError(wordsOf(failure));
    }
  };
  return (
    <SignInPage
      t={texts.value}
      session={signedOut}
      hasEnded={hasEnded.value}
      error={error}
      onSignIn={(key) => void signIn(key)}
    />
  );
}

function Inside({ session: current }: { session: ConsoleSession }): JSX.Element {
  const t = texts.value;
  const at = meshOnView();
  const shown: Place = place.value ?? { mesh: at?.mesh ?? '', owner: '', page: 'map', rest: [], query: {} };
  return (
    <Shell
      t={t}
      title={titleOf(t, shown)}
      place={shown}
      meshes={meshes.value.state === 'ready' ? meshes.value.value : []}
      session={current}
      connected={connected.value}
      problems={problemCount.value}
      language={language.value}
      onMesh={({ mesh, owner }) => {
        location.hash = addressOf({ mesh, owner: isOnlyOne(mesh) ? '' : owner, page: 'map' });
      }}
      onTheme={switchTheme}
      onLanguage={(chosen) => {
        remember('language', chosen);
        void speak(chosen);
      }}
      onSignOut={() => void signOut()}
    >
      <Content shown={shown} />
    </Shell>
  );
}

function titleOf(t: Texts, { mesh, page, rest }: Place): string {
  // Keys of resources have their names at the end.
  const name = rest.join('/').split('/').at(-1) ?? '';
  return [name, t.pages[page], mesh, t.title].filter((part) => part !== '').join(' · ');
}

function Content({ shown }: { shown: Place }): JSX.Element {
  const t = texts.value;
  const list = meshes.value;
  if (list.state === 'ready' && list.value.length === 0) return <NoMeshPage t={t} endpoint={endpoint()} />;
  const at = meshOnView();
  const current = model.value;
  const failure =
    list.state === 'failed'
      ? list.message
      : list.state === 'ready' && at === undefined
        ? t.shell.meshGone(shown.mesh)
        : current.state === 'failed'
          ? current.message
          : undefined;
  if (failure !== undefined) {
    return (
      <div class="page">
        <h1 class="visually-hidden">{t.pages[shown.page]}</h1>
        <div class="note bad" role="alert">
          {`${t.shell.failed}: ${failure}`}
        </div>
        <div>
          <button type="button" class="button" onClick={() => void readAll()}>
            {t.shell.retry}
          </button>
        </div>
      </div>
    );
  }
  if (current.state !== 'ready' || at === undefined) {
    return (
      <div class="page">
        <h1 class="visually-hidden">{t.pages[shown.page]}</h1>
        <Empty title={t.shell.loading} />
      </div>
    );
  }
  // The state of a page belongs to one mesh.
  return <PageOf key={`${at.owner}/${at.mesh}`} shown={shown} at={at} model={current.value} />;
}

function isOnlyOne(mesh: string): boolean {
  return (
    meshes.value.state === 'ready' && meshes.value.value.filter((each) => each.mesh === mesh).length === 1
  );
}

function switchTheme(): void {
  const dark = document.documentElement.dataset['theme'] === 'dark';
  theme.value = dark ? 'light' : 'dark';
  remember('theme', theme.value);
}

async function signOut(): Promise<void> {
  await call('/console/session', { method: 'DELETE' }).then(
    // Nothing of this user stays on the page.
    () => location.reload(),
    // The control plane is away: the page says so.
    () => begin(),
  );
}
