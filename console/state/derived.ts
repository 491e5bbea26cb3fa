import { computed } from '@preact/signals';
import { problemsOf } from '../model/problems.ts';
import { summarize } from '../model/proxies.ts';
import { graph, model, now, status } from './state.ts';

/** The proxies of the mesh on view, by the piece of the map that they belong to. */
export const summaries = computed(() =>
  model.value.state === 'ready' ? summarize(status.value?.proxies ?? [], model.value.value.mesh) : new Map(),
);

/** Each minute, in milliseconds since 1970: problems depend on ages, which need not be exact. */
const minute = computed(() => Math.floor(now.value / 60_000) * 60_000);

/** The problems of the mesh on view. */
export const problems = computed(() =>
  model.value.state === 'ready'
    ? problemsOf(model.value.value, graph.value, status.value?.proxies ?? [], minute.value)
    : [],
);

/** The number of problems, for the navigation. */
export const problemCount = computed(() => problems.value.length);
