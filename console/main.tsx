import { effect } from '@preact/signals';
import { render } from 'preact';
import { useBase } from './api/base.ts';
import { App } from './app/app.tsx';
import { keepFocus } from './app/keep-focus.ts';
import { loadPages } from './app/page-of.tsx';
import { placeOf } from './app/place.ts';
import { createLayouts } from './map/ask-layout.ts';
import { skeletonOf, type Skeleton } from './map/layout.ts';
import { followPlainCallers } from './state/plain-callers.ts';
import { begin, followMesh } from './state/follow.ts';
import { speak } from './state/speak.ts';
import { language, mapLayout, now, place, shownGraph, shownMesh, theme } from './state/state.ts';

// The start of the console in a browser.

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

effect(() => {
  const chosen = theme.value === 'auto' ? (dark.matches ? 'dark' : 'light') : theme.value;
  root.dataset['theme'] = chosen;
});
dark.addEventListener('change', () => {
  if (theme.value === 'auto') root.dataset['theme'] = dark.matches ? 'dark' : 'light';
});
effect(() => {
  root.lang = language.value;
});
addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});
setInterval(() => {
  now.value = Date.now();
}, 1000);

const layOut = createLayouts(root.dataset['layout'] ?? '');
let laidOut = '';
effect(() => {
  const skeleton = skeletonOf(shownGraph.value);
  const mesh = shownMesh.value;
  const key = `${mesh} ${JSON.stringify(skeleton)}`;
  // Nothing moves as long as the pieces and lines are the same.
  if (key === laidOut || skeleton.pieces.length === 0) return;
  laidOut = key;
  void arrange(mesh, skeleton);
});

async function arrange(mesh: string, skeleton: Skeleton): Promise<void> {
  mapLayout.value = { mesh, layout: await layOut(skeleton) };
}

useBase(location.pathname);
followMesh();
followPlainCallers();
const app = document.getElementById('app');
void begin();
await speak(language.value);
if (app !== null) {
  keepFocus(app);
  render(<App />, app);
}
loadPages();
