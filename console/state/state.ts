import { computed, signal } from '@preact/signals';
import type { PlaintextNode } from '../model/security/identity-answers.ts';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import type { ConsoleSession, Progress } from '../../controlplane/console/contract.ts';
import type { Status } from '../../controlplane/status/status.ts';
import type { MeshName } from '../api/kinds.ts';
import { placeOf, type Place } from '../app/place.ts';
import type { Layout } from '../map/layout.ts';
import { NO_RATES, ratesOf } from '../model/figures/figures.ts';
import { graphOf } from '../model/graph/graph-of.ts';
import { grouped, ratesOnShown } from '../model/graph/group.ts';
import type { MeshModel } from '../model/resources.ts';
import { en, type Texts } from '../text/en.ts';
import { chooseLanguage, isLanguage, type Language } from '../text/languages.ts';
import { remembered } from './remembered.ts';

// The state of the pages. Views get its values as arguments; only `app/` reads these signals.

const THEMES = ['auto', 'light', 'dark'] as const;

/** Something that is read from the control plane. */
export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string; readonly code: string };

/** The view that the address names. */
export const place = signal<Place | undefined>(placeOf(location.hash));
/** The session of this browser. */
export const session = signal<Loaded<ConsoleSession>>({ state: 'loading' });
/** Whether the control plane ended the last session: the user did not sign out. */
export const hasEnded = signal(false);
/** The meshes that the caller may see. */
export const meshes = signal<Loaded<readonly MeshName[]>>({ state: 'loading' });
/** The model of the mesh on view. */
export const model = signal<Loaded<MeshModel>>({ state: 'loading' });
/** The proxies of all meshes, as the control plane answers: it refuses callers who may not see them. */
export const proxyStatus = signal<Loaded<Status>>({ state: 'loading' });
/** The proxies of all meshes. Undefined as long as they are not known, and where the caller may not see them. */
export const status = computed(() =>
  proxyStatus.value.state === 'ready' ? proxyStatus.value.value : undefined,
);
/** Virtual nodes that were called without mutual TLS; empty where no mesh uses it, and where the caller may not see them. */
export const plainNodes = signal<readonly PlaintextNode[]>([]);
/** Whether the control plane answers. */
export const connected = signal(true);
/** The newest revision of the model that the events named. */
export const revision = signal(0);
/** The revision of the model at which the page has read the mesh: where no events come, it tells of changes. */
export const readRevision = signal(0);
/** Whether the control plane refuses the stream of events: it has too many readers, or the user may not see proxies. */
export const eventsRefused = signal(false);
/** The progress of the newest push. */
export const progress = signal<Progress | undefined>(undefined);
/** The live figures of the mesh on view; undefined without any. */
export const figures = signal<LiveFigures | undefined>(undefined);
/** The layout of the map of a mesh, as `shownMesh` names it. */
export const mapLayout = signal<{ readonly mesh: string; readonly layout: Layout } | undefined>(undefined);
/** The groups of the map that are open. */
export const openGroups = signal<ReadonlySet<string>>(new Set());
/** The time, each second, in milliseconds since 1970. */
export const now = signal(Date.now());

/** The language. */
export const language = signal<Language>(
  remembered('language', isLanguage, chooseLanguage(navigator.languages)),
);
/** The texts of the language, after `speak` has loaded them. */
export const texts = signal<Texts>(en);
/** `auto`: as the system. */
export const theme = signal<Theme>(remembered('theme', isTheme, 'auto'));

/** Light, dark, or as the system. */
export type Theme = (typeof THEMES)[number];

function isTheme(value: string): value is Theme {
  return THEMES.some((each) => each === value);
}

/** The mesh whose model is on view, with its account: `ACCOUNT/MESH`. */
export const shownMesh = computed(() =>
  model.value.state === 'ready' ? `${model.value.value.owner}/${model.value.value.mesh}` : '',
);
/** The whole map. */
export const graph = computed(() =>
  model.value.state === 'ready' ? graphOf(model.value.value) : { pieces: [], lines: [] },
);
/** The map as it is shown: with groups where it is large. */
export const shownGraph = computed(() => grouped(graph.value, openGroups.value));
/** The newest figures on the map as it is shown. */
export const rates = computed(() =>
  figures.value === undefined
    ? NO_RATES
    : ratesOnShown(graph.value, shownGraph.value, ratesOf(graph.value, figures.value)),
);
/** The account of the user; empty until the session is known. */
export const account = computed(() => {
  const current = session.value.state === 'ready' ? session.value.value : undefined;
  if (current?.state === 'signed in') return current.user.account;
  return current?.state === 'open' ? current.account : '';
});
/** The actions that the caller may take: none until the session is known. */
export const may = computed(() => {
  const current = session.value.state === 'ready' ? session.value.value : undefined;
  const actions = current === undefined || current.state === 'signed out' ? undefined : current.actions;
  const readOnly = current === undefined || current.state === 'signed out' || current.readOnly;
  return (action: string): boolean => !readOnly && (actions?.[action] ?? 'all') !== 'none';
});
