// A process of the bench `console`: drives Chromium, and answers each order with a time in milliseconds. A process of its own, because the types
// of Playwright need those of browsers.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from './browser.ts';
import { framesMoved, framesWatched } from './frames.ts';
import type { Frames, FramesOrder, ViewAnswer, ViewOrder } from './view-orders.ts';

/** The pause in which a preview is made, in milliseconds. */
const PAUSE_MS = 1000;

/** Until the figures of all sidecars are on the map, in milliseconds: two slots and the time to ask for them. */
const ALL_FIGURES_MS = 12_000;

if (process.send !== undefined) {
  const browser = await startBrowser();
  process.on('message', (order) => {
    void carryOut(browser, order as ViewOrder).then(
      (answer) => process.send?.(answer),
      (error: unknown) => process.send?.({ error: String(error) } satisfies ViewAnswer),
    );
  });
  process.once('disconnect', () => void browser.close().finally(() => process.exit()));
  process.send({ ms: 0 } satisfies ViewAnswer);
}

let kept: Page | undefined;

async function carryOut(browser: TestBrowser, order: ViewOrder): Promise<ViewAnswer> {
  return order.kind === 'frames'
    ? { frames: await countFrames(browser, order) }
    : { ms: await measure(browser, order) };
}

async function countFrames(browser: TestBrowser, order: FramesOrder): Promise<Frames> {
  const page = await browser.open(order.url);
  try {
    await timeOf(page, `${piecesOf(order.pieces)} && document.querySelector('.flow.busy') !== null`);
    // The first figures are those of the first sidecars.
    await sleep(ALL_FIGURES_MS);
    return await (order.while === 'watch' ? framesWatched(page) : framesMoved(page));
  } finally {
    await page.context().close();
  }
}

async function measure(browser: TestBrowser, order: Exclude<ViewOrder, FramesOrder>): Promise<number> {
  const { kind, url } = order;
  if (kind === 'move') {
    const page = kept?.url() === url ? kept : await browser.open(url);
    if (page !== kept) await kept?.context().close();
    kept = page;
    return moveWeight(page, order.weight);
  }
  const page = await browser.open(url);
  try {
    if (kind === 'figures') return await timeOf(page, `document.querySelector('.flow.busy') !== null`);
    return await timeOf(page, piecesOf(order.pieces));
  } finally {
    await page.context().close();
  }
}

/** The condition that a map shows so many pieces. */
function piecesOf(least: number): string {
  return `document.querySelectorAll('[data-key]').length >= ${least}`;
}

/** Returns the page's own time, in milliseconds since its request began, at which a condition is met. */
function timeOf(page: Page, condition: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve, reject) => {
    const look = () => {
      if (${condition}) resolve(performance.now());
      else if (performance.now() > 120000) reject(new Error(document.body.textContent.slice(0, 1000)));
      else requestAnimationFrame(look);
    };
    look();
  })`);
}

/** Moves the first weight of the page, and returns the time from the click on Apply to the last ACK on the page. */
async function moveWeight(page: Page, weight: number): Promise<number> {
  const field = page.getByRole('spinbutton').first();
  await field.waitFor();
  await field.fill(String(weight));
  await page.getByRole('button', { name: 'Apply' }).waitFor();
  await sleep(PAUSE_MS);
  return page.evaluate<number>(CLICK_APPLY);
}

const CLICK_APPLY = `new Promise((resolve, reject) => {
  const from = performance.now();
  const button = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Apply');
  button.click();
  const look = () => {
    const text = document.querySelector('main').textContent;
    const waited = performance.now() - from;
    if (!button.isConnected && /All ACKs after/.test(text)) resolve(waited);
    else if (waited > 60000) reject(new Error('no ACK after 60 s: ' + text.slice(0, 1000)));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;
