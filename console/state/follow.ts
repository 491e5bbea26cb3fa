import { effect } from '@preact/signals';
import type { ConsoleEvents, ConsoleSession } from '../../controlplane/console/contract.ts';
import type { Status } from '../../controlplane/status/status.ts';
import { call, CallError, onSessionEnd, onTokenRefused, useToken } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import { readMesh, readMeshes, readResource } from '../api/resources.ts';
import { createModelReader, type ModelReader } from './model-reader.ts';
import { KINDS, keyOf, type Kind, type Resource, type ResourceId } from '../model/resources.ts';
import { isOtherUser, isSignedIn, isSignedOut } from './signed-in.ts';
import type { Stream } from './stream.ts';
import { listening, openStreams, type EventTakers } from './mesh-streams.ts';
import { together } from './together.ts';
import {
  connected,
  figures,
  hasEnded,
  meshes,
  model,
  place,
  progress,
  proxyStatus,
  readRevision,
  revision,
  session,
  status,
  type Loaded,
} from './state.ts';

/** How often the pages try again while the control plane does not answer, in milliseconds. */
const RETRY_MS = 2000;
/** How often the pages look for themselves, beside the events, in milliseconds. */
const LOOK_MS = 10_000;

/** Reads the session, and then all that the pages show. Called at the start, after signing in and after the control plane came back. */
export const begin: () => Promise<void> = together(async () => {
  const current = await readSession();
  if (current.state === 'failed' && current.code === 'away') {
    setTimeout(() => void begin(), RETRY_MS);
    return;
  }
  if (current.state !== 'ready' || current.value.state === 'signed out') return;
  // The map needs the model first: of a large mesh, both answers take the control plane a while.
  await readAll();
  await readStatus();
});

/** Reads the session: another tab may have begun another one. If it is that of another user, the page begins anew. */
async function readSession(): Promise<Loaded<ConsoleSession>> {
  const before = session.peek();
  const current = await loaded<ConsoleSession>(() => call<ConsoleSession>('/console/session'));
  // The page still shows the data of the previous user.
  if (isOtherUser(current)) {
    location.reload();
    return { state: 'loading' };
  }
  // A session that the page knows stays on view while the control plane is away.
  const isKept = current.state === 'failed' && current.code === 'away' && before.state === 'ready';
  // The form for signing in keeps what the user has typed.
  if (!isKept && !(isSignedOut(before) && isSignedOut(current))) session.value = current;
  if (isSignedIn(before) && isSignedOut(current)) hasEnded.value = true;
  if (isSignedIn(current)) hasEnded.value = false;
  if (current.state === 'ready' && current.value.state !== 'signed out') useToken(current.value.token);
  return current;
}

/** Reads the names of the meshes, and the model of the one on view. */
export async function readAll(): Promise<void> {
  await readNames();
  await readModel();
}

/** Reads the names of the meshes. The page keeps the old ones if they cannot be read, or are the same. */
async function readNames(): Promise<void> {
  const found = await loaded(readMeshes);
  const { value } = meshes;
  const isKept =
    found.state === 'failed' ? value.state === 'ready' : JSON.stringify(found) === JSON.stringify(value);
  if (!isKept) meshes.value = found;
}

/** Reads the model of the mesh on view. The page shows the old one until the new one is there. */
async function readModel(): Promise<void> {
  const at = meshOnView();
  if (at === undefined) return;
  await readerOf(at).readAll();
}

let reader: { readonly at: MeshName; readonly model: ModelReader } | undefined;

/** The reader of the mesh on view; a new one for another mesh. */
function readerOf(at: MeshName): ModelReader {
  if (reader !== undefined && isSame(reader.at, at)) return reader.model;
  const isOnView = (): boolean => reader !== undefined && isSame(reader.at, at);
  model.value = { state: 'loading' };
  const created = createModelReader({
    async readMesh(tag) {
      const found = await readMesh(at, tag);
      if (found !== 'unchanged') readRevision.value = found.revision;
      return found;
    },
    readResource: (id) => readResource(at, id),
    shown() {
      const current = model.peek();
      return isOnView() && current.state === 'ready' ? current.value : undefined;
    },
    show(value) {
      connected.value = true;
      if (isOnView()) model.value = { state: 'ready', value };
    },
    fail(error) {
      const failed = failureOf(error);
      // A control plane that is away takes nothing from the page.
      const isKept = failed.code === 'away' && model.peek().state === 'ready';
      if (isOnView() && !isKept) model.value = failed;
    },
  });
  reader = { at, model: created };
  return created;
}

function isSame(a: MeshName, b: MeshName): boolean {
  return a.mesh === b.mesh && a.owner === b.owner;
}

/** Reads the state of all proxies; together with other calls of this time, because it is a long answer where there are many. */
export const readStatus = together(async () => {
  const found = await loaded(() => call<Status>('/status'));
  // While the control plane is away, the pages show the last state.
  if (found.state === 'failed' && found.code === 'away' && status.peek() !== undefined) return;
  proxyStatus.value = found;
});

/** Returns the mesh that the address names, or the first one. */
export function meshOnView(): MeshName | undefined {
  const known = meshes.value.state === 'ready' ? meshes.value.value : [];
  const wanted = place.value;
  if (wanted === undefined) return known[0];
  return known.find(
    ({ mesh, owner }) => mesh === wanted.mesh && (wanted.owner === '' || wanted.owner === owner),
  );
}

async function loaded<T>(read: () => Promise<T>): Promise<Loaded<T>> {
  try {
    const value = await read();
    connected.value = true;
    return { state: 'ready', value };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Extract<Loaded<never>, { state: 'failed' }> {
  if (!(error instanceof CallError)) throw error;
  connected.value = error.code !== 'away';
  return { state: 'failed', message: error.message, code: error.code };
}

/** Follows the mesh on view: its changes, its proxies and its figures, until it is another one. */
export function followMesh(): void {
  onSessionEnd(() => void begin());
  onTokenRefused(async () => void (await readSession()));
  let stop = () => {};
  let followed = '';
  // Another tab may have begun a session, also while this page learned of the end of its own.
  setInterval(() => {
    if (isSignedOut(session.value) && !isHidden()) void begin();
  }, LOOK_MS);
  // As long as there is no mesh to follow, no event tells of a new one.
  setInterval(() => {
    const wants = session.value.state === 'ready' && session.value.value.state !== 'signed out';
    const { value } = meshes;
    const mayCome = value.state === 'ready' || (value.state === 'failed' && value.code === 'away');
    if (wants && mayCome && !isHidden() && meshOnView() === undefined) void readAll();
  }, RETRY_MS);
  effect(() => {
    const ready = session.value.state === 'ready' && session.value.value.state !== 'signed out';
    const at = ready ? meshOnView() : undefined;
    const key = at === undefined ? '' : `${at.owner}/${at.mesh}`;
    if (key === followed) return;
    followed = key;
    stop();
    figures.value = undefined;
    progress.value = undefined;
    if (at === undefined) return;
    // The streams begin after the model is there: the control plane then asks each agent for its figures.
    stop = follow(at, readModel());
  });
}

/** `start`: when to begin. Returns a function that ends it. */
function follow(at: MeshName, start: Promise<void>): () => void {
  let streams: Stream | undefined;
  let isOver = false;
  // All was read at the start.
  let last = Date.now();
  const timer = setInterval(() => {
    if (streams === undefined || (Date.now() - last < LOOK_MS && connected.value)) return;
    last = Date.now();
    void look(streams);
  }, RETRY_MS);
  // A page that is not seen gives its connections back: a browser has six to a server, for all of its pages together.
  const connect = (): void => {
    if (isHidden()) streams?.close();
    streams = isHidden() ? undefined : (streams ?? openStreams(at, takingOf(at)));
  };
  const onVisibility = (): void => {
    connect();
    // Meanwhile, another tab may have begun the session of another user.
    if (!isHidden()) void readSession();
  };
  void start.finally(() => {
    if (isOver) return;
    connect();
    document.addEventListener('visibilitychange', onVisibility);
  });
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', onVisibility);
    clearInterval(timer);
    streams?.close();
  };
}

function isHidden(): boolean {
  return document.visibilityState === 'hidden';
}

/** Returns the takers of the events of a mesh. */
function takingOf(at: MeshName): EventTakers {
  return {
    hello(hello) {
      connected.value = true;
      listening.value = true;
      if (revision.value !== 0) {
        // While no events came, another tab may have begun the session of another user.
        void readSession();
        void readStatus();
      }
      revision.value = hello.revision;
      void readerOf(at).atLeast(hello.revision);
    },
    change(change) {
      revision.value = Math.max(revision.value, change.revision);
      void take(change, at);
    },
    progress(value) {
      progress.value = value;
      if (value.done) void readStatus();
    },
    proxies: () => void readStatus(),
    ended: () => void begin(),
  };
}

/** Looks at the proxies, and at the model if the events do not tell of its changes. */
async function look(streams: Stream): Promise<void> {
  const wasAway = !connected.value;
  const deaf = !streams.isOpen();
  await readStatus();
  // A proxy in front refuses streams while the control plane is away.
  if (wasAway && connected.value) streams.tryAgain();
  if (connected.value && (deaf || wasAway || model.value.state === 'failed')) await readAll();
  // The events are those of the mesh on view.
  else await readNames();
}

/** Reads the resources that changed, and puts them into the model. */
async function take({ changes, revision: at }: ConsoleEvents['change'], mesh: MeshName): Promise<void> {
  if (changes.some(({ resource }) => resource.kind === 'mesh')) return readAll();
  const ids = changes.flatMap(({ resource: { kind, parent, name } }): ResourceId[] =>
    KINDS.includes(kind as Kind) ? [{ kind: kind as Kind, parent, name }] : [],
  );
  return readerOf(mesh).changed(ids, at);
}

/** Puts a resource into the model as the API just answered it, before the event of its change comes. */
export function replaceInModel(resource: Resource): void {
  if (model.value.state !== 'ready') return;
  const kept = model.value.value.resources.filter((each) => keyOf(each) !== keyOf(resource));
  model.value = { state: 'ready', value: { ...model.value.value, resources: [...kept, resource] } };
}
