import type { Page } from 'playwright-core';
import type { Frames } from './view-orders.ts';

/** How long frames are counted, in milliseconds: two intervals of figures. */
const COUNTED_MS = 10_000;
/** The steps of one move of the pointer, and the length of a move in pixels. */
const STEPS = 25;
const FAR = 200;

/** Counts the frames of a map whose figures change. */
export async function framesWatched(page: Page): Promise<Frames> {
  return page.evaluate<Frames>(COUNT);
}

/** Counts the frames of a map that is dragged to and fro and zoomed by the wheel, as fast as the page takes the events. */
export async function framesMoved(page: Page): Promise<Frames> {
  const counted = page.evaluate<Frames>(COUNT);
  const end = new AbortController();
  void counted.finally(() => end.abort());
  const { x, y, width, height } = (await page.locator('.map-window').boundingBox()) ?? NO_BOX;
  const middle = { x: x + width / 2, y: y + height / 2 };
  for (let turn = 0; !end.signal.aborted; turn += 1) {
    const way = turn % 2 === 0 ? 1 : -1;
    await page.mouse.move(middle.x - way * FAR, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + way * FAR, middle.y, { steps: STEPS });
    await page.mouse.up();
    await page.mouse.wheel(0, way * 100);
  }
  return counted;
}

const NO_BOX = { x: 0, y: 0, width: 0, height: 0 };

/** The time from each frame to the next, sorted: their median and their 99th of 100, in milliseconds. */
const COUNT = `new Promise((resolve) => {
  const from = performance.now();
  const times = [];
  let last = from;
  const frame = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    if (now - from < ${COUNTED_MS}) return requestAnimationFrame(frame);
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
    resolve({ median: at(0.5), p99: at(0.99) });
  };
  requestAnimationFrame(frame);
})`;
