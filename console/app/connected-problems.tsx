import type { JSX } from 'preact';
import { ProblemsPage } from '../pages/problems-page.tsx';
import { minute, problems } from '../state/derived.ts';
import { proxyStatus, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';

/** The problems of the mesh on view. */
export function ConnectedProblems({ shown, at }: PageState): JSX.Element {
  return (
    <ProblemsPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      now={minute.value}
      problems={problems.value}
      proxies={proxyStatus.value}
    />
  );
}
