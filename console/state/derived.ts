import { computed } from '@preact/signals';
import { problemsOf } from '../model/problems.ts';
import { summarize } from '../model/proxies.ts';
import type { Flow } from '../pages/map-page.tsx';
import { figures, graph, model, now, plainNodes, status } from './state.ts';

/** The proxies of the mesh on view, by the piece of the map that they belong to; undefined as long as they are not known. */
export const summaries = computed(() =>
  model.value.state === 'ready' && status.value !== undefined
    ? summarize(status.value.proxies, model.value.value)
    : undefined,
);

/** Each minute, in milliseconds since 1970: problems depend on ages, which need not be exact. */
export const minute = computed(() => Math.floor(now.value / 60_000) * 60_000);

/** The problems of the mesh on view. */
export const problems = computed(() =>
  model.value.state === 'ready'
    ? problemsOf(model.value.value, graph.value, status.value?.proxies ?? [], minute.value, plainNodes.value)
    : [],
);

/** The number of problems, for the navigation. */
export const problemCount = computed(() => problems.value.length);

/** Whether figures of the mesh on view come. */
export const flow = computed((): Flow => {
  const current = figures.value;
  if (summaries.value === undefined || summaries.value.size === 0) return { state: 'none' };
  if (current === undefined || current.times.length === 0) return { state: 'waiting' };
  const { length } = current.missing;
  return length === 0 ? { state: 'complete' } : { state: 'missing', proxies: length };
});
