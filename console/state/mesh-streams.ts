import { signal } from '@preact/signals';
import { KEPT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import type { ConsoleEvents } from '../../controlplane/console/contract.ts';
import { addressIn } from '../api/base.ts';
import { query } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import { extended } from '../model/figures/figures.ts';
import { eventsRefused, figures } from './state.ts';
import { openStream, type Stream } from './stream.ts';

/** Whether events of changes and pushes come. */
export const listening = signal(false);

/** Takes each event of a mesh. */
export type EventTakers = { readonly [K in keyof ConsoleEvents]: (value: ConsoleEvents[K]) => void };

/** Opens the streams of events and of figures of a mesh, as one: it is open while events come. The first event tells whether anything was missed. */
export function openStreams(at: MeshName, takers: EventTakers): Stream {
  const { mesh } = at;
  const owner = at.owner === '' ? undefined : at.owner;
  const events = openStream({
    open: () => eventsOf(`/console/events${query({ mesh, owner })}`, takers),
    onRefused(isRefused) {
      eventsRefused.value = isRefused;
    },
  });
  const live = openStream({ open: () => figuresOf(`/reports/stream${query({ mesh, meshOwner: owner })}`) });
  return {
    isOpen: events.isOpen,
    tryAgain() {
      events.tryAgain();
      live.tryAgain();
    },
    close() {
      listening.value = false;
      events.close();
      live.close();
    },
  };
}

function eventsOf(path: string, takers: EventTakers): EventSource {
  const events = new EventSource(addressIn(path));
  for (const name of ['hello', 'change', 'progress', 'proxies', 'ended'] as const) {
    const take = takers[name] as (value: unknown) => void;
    events.addEventListener(name, ({ data }: MessageEvent<string>) => take(JSON.parse(data)));
  }
  events.addEventListener('error', () => {
    listening.value = false;
  });
  return events;
}

function figuresOf(path: string): EventSource {
  const live = new EventSource(addressIn(path));
  live.addEventListener('figures', ({ data }: MessageEvent<string>) => {
    const newer = JSON.parse(data) as LiveFigures;
    figures.value = extended(figures.value, newer, KEPT_SECONDS / newer.slotSeconds);
  });
  return live;
}
