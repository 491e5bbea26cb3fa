import { arrange } from './arrange.ts';
import type { LayoutAnswer, LayoutRequest } from './layout.ts';

// The worker that lays maps out, so that a large one does not hold the page up.

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const answer: LayoutAnswer = { id: data.id, layout: arrange(data.skeleton) };
  postMessage(answer);
});
