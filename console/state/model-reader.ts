import type { ReadModel } from '../api/resources.ts';
import { compare, keyOf, type MeshModel, type Resource, type ResourceId } from '../model/resources.ts';

/** Reads the model of one mesh and keeps it up to date, one request after the other, so that an older answer never replaces a newer one. */
export type ModelReader = {
  /** Reads all resources again. Settles when the model is as new as this call. */
  readonly readAll: () => Promise<void>;
  /** These resources changed in a revision: reads them again. */
  readonly changed: (ids: readonly ResourceId[], revision: number) => Promise<void>;
  /** The control plane has this revision: reads all resources again unless they are as new. */
  readonly atLeast: (revision: number) => Promise<void>;
};

/** Inputs of a reader. `show`: gets each new model. `fail`: gets the error of a read, after which the reader waits for the next call. */
export type ModelReaderOptions = {
  readonly readMesh: (tag: string) => Promise<ReadModel | 'unchanged'>;
  readonly readResource: (id: ResourceId) => Promise<Resource | undefined>;
  /** The model on view. Undefined: none yet. */
  readonly shown: () => MeshModel | undefined;
  readonly show: (model: MeshModel) => void;
  readonly fail: (error: unknown) => void;
};

/** Beyond this number of changed resources, all are read at once: a browser has six connections to a server. */
const MOST_SINGLE = 6;

/** Creates the reader of a mesh. It reads nothing by itself. */
export function createModelReader(options: ModelReaderOptions): ModelReader {
  const { readMesh, readResource, shown, show, fail } = options;
  const changes = new Map<string, ResourceId>();
  let wantsAll = false;
  let tag = '';
  /** The revision that all resources were read at, the newest one that a change named, and the one that has to be read at least. */
  let read = 0;
  let named = 0;
  let needed = 0;
  let running: Promise<void> | undefined;

  async function readAgain(): Promise<void> {
    const wanted = needed;
    wantsAll = false;
    changes.clear();
    const found = await readMesh(shown() === undefined ? '' : tag);
    if (found === 'unchanged') {
      read = Math.max(read, wanted);
      return;
    }
    tag = found.tag;
    read = Math.max(read, found.revision);
    show(found.model);
  }

  async function readChanged(ids: readonly ResourceId[]): Promise<void> {
    changes.clear();
    const found = await Promise.all(ids.map(readResource));
    const model = shown();
    if (model === undefined) return;
    // The tag is that of all resources as they were.
    tag = '';
    const keys = new Set(ids.map(keyOf));
    const before = model.resources.filter((each) => keys.has(keyOf(each)));
    const after = found.flatMap((each) => each ?? []);
    // The page has its own changes already. A large map is not made again for nothing.
    if (isSame(before, after)) return;
    const kept = model.resources.filter((each) => !keys.has(keyOf(each)));
    show({ ...model, resources: [...kept, ...after] });
  }

  async function run(): Promise<void> {
    // So that the caller has this promise before it ends, also if there is nothing to do.
    await Promise.resolve();
    try {
      while (wantsAll || read < needed || changes.size > 0) {
        const isWhole = wantsAll || read < needed || changes.size > MOST_SINGLE || shown() === undefined;
        await (isWhole ? readAgain() : readChanged([...changes.values()]));
      }
    } catch (error) {
      // The next call makes up for the changes that this one was to read.
      wantsAll = true;
      fail(error);
    } finally {
      running = undefined;
    }
  }

  const begin = (): Promise<void> => (running ??= run());

  return {
    readAll() {
      wantsAll = true;
      return begin();
    },
    changed(ids, revision) {
      named = Math.max(named, revision);
      for (const id of ids) changes.set(keyOf(id), id);
      return begin();
    },
    atLeast(revision) {
      if (revision > Math.max(read, named)) needed = Math.max(needed, revision);
      return begin();
    },
  };
}

function isSame(before: readonly Resource[], after: readonly Resource[]): boolean {
  const states = (resources: readonly Resource[]): string =>
    JSON.stringify(resources.map(({ uid, version }) => `${uid} ${version}`).toSorted(compare));
  return states(before) === states(after);
}
