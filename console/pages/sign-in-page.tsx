import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SignedOut, SignIn } from '../../controlplane/console/contract.ts';
import { Command } from '../parts/command.tsx';
import { useFocus } from '../parts/use-focus.ts';
import { Logo } from '../app/logo.tsx';
import type { Texts } from '../text/texts.ts';

/** The state of the sign-in page. `error`: why the last attempt failed. */
export type SignInPageProps = {
  readonly t: Texts;
  readonly session: SignedOut;
  /** Whether the control plane ended the session before. */
  readonly hasEnded: boolean;
  readonly error: string | undefined;
  readonly onSignIn: (key: SignIn) => void;
};

/** The page for a browser without a session. */
export function SignInPage({ t, session, hasEnded, error, onSignIn }: SignInPageProps): JSX.Element {
  const [accessKeyId, setKey] = useState('');
  const [secretAccessKey, setSecret] = useState('');
  const first = useFocus<HTMLInputElement>();
  return (
    <main id="content" class="gate" tabIndex={-1}>
      <div class="card">
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            onSignIn({ accessKeyId: accessKeyId.trim(), secretAccessKey });
            setSecret('');
          }}
        >
          <div class="brand">
            <Logo />
            <span>{t.title}</span>
          </div>
          <h1>{t.signIn.title}</h1>
          {hasEnded ? (
            <p class="note warn" role="alert">
              {t.signIn.ended}
            </p>
          ) : null}
          <p class="quiet">{session.mayStart ? t.signIn.lead : t.signIn.noTls}</p>
          <label class="field">
            <span>{t.signIn.key}</span>
            <input
              ref={first}
              type="text"
              name="key"
              required
              autocomplete="username"
              spellcheck={false}
              disabled={!session.mayStart}
              value={accessKeyId}
              onInput={({ currentTarget }) => setKey(currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>{t.signIn.secret}</span>
            <input
              type="password"
              name="secret"
              required
              autocomplete="off"
              disabled={!session.mayStart}
              value={secretAccessKey}
              onInput={({ currentTarget }) => setSecret(currentTarget.value)}
            />
          </label>
          {error === undefined ? null : (
            <p class="note bad" role="alert">
              {error}
            </p>
          )}
          <button type="submit" class="button first" disabled={!session.mayStart}>
            {t.signIn.button}
          </button>
          <p class="quiet small">{t.signIn.link}</p>
          <Command t={t} text="daybreak console" />
        </form>
      </div>
    </main>
  );
}
