import type { Layout, LayoutAnswer, LayoutRequest, Skeleton } from './layout.ts';

/** Returns a function that lays maps out in a worker; a newer request replaces an older one, whose promise then never ends. */
export function createLayouts(script: string): (skeleton: Skeleton) => Promise<Layout> {
  const worker = new Worker(script, { type: 'module' });
  let last = 0;
  let wanted: ((layout: Layout) => void) | undefined;
  worker.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
    if (data.id === last) wanted?.(data.layout);
  });
  return (skeleton) =>
    new Promise((resolve) => {
      const request: LayoutRequest = { id: ++last, skeleton };
      wanted = resolve;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
      worker.postMessage(request);
    });
}
