import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { startReportingAgent, type ReportingAgent } from '../test/testing/reporting-agent.ts';
import { chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo } from './testing/pages.ts';

// The window on the map in a browser: what moves it, and what does not.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const MAP = addresses('default', TELLER, GATEWAY)['map'] ?? '';
/** A mesh that is higher than the window. */
const HIGH = 'high';
const NODES = 40;

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`the map${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let browser: TestBrowser;
  let page: Page;
  let agent: ReportingAgent;
  let requests = 50;
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-map-'));
    plane = await startLocalControlPlane(['--data', join(folder, 'model')]);
    const client = appMeshClient(plane.api);
    await createColorModel(client, { [BLUE]: 1 });
    await client.send(new CreateMeshCommand({ meshName: HIGH }));
    for (let index = 0; index < NODES; index += 1) {
      const virtualNodeName = `node-${String(index).padStart(2, '0')}`;
      await client.send(new CreateVirtualNodeCommand({ meshName: HIGH, virtualNodeName, spec: {} }));
    }
    agent = startReportingAgent({
      ads: plane.ads,
      node: `mesh/default/virtualNode/${GATEWAY}`,
      counts: () => [
        { name: `cds_egress_default_${BLUE}_http_9080`, requests, ok: requests, errors: 0, active: 0 },
      ],
    });
    browser = await startBrowser();
    page = await browser.open(`${plane.api}/console/`);
  });
  afterAll(async () => {
    agent?.close();
    await browser?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await goTo(page, plane.api, addresses('default', TELLER, GATEWAY)['problems'] ?? '');
    await goTo(page, plane.api, MAP);
    await piece(page, GATEWAY).waitFor();
    await atRest(page);
  });

  test('a piece is where the pointer takes it, during the gesture and after it, when the map is drawn anew', async () => {
    const from = await middleOf(piece(page, GATEWAY));
    await dragBy(page, await emptyPlace(page), { x: 60, y: 35 });
    await expect.poll(() => isHeld(page)).toBe(true);
    await expect.poll(() => middleOf(piece(page, GATEWAY))).toEqual(near({ x: from.x + 60, y: from.y + 35 }));
    await page.mouse.up();
    await atRest(page);
    expect(await middleOf(piece(page, GATEWAY))).toEqual(near({ x: from.x + 60, y: from.y + 35 }));
  });

  test('the wheel zooms around the pointer, and the map is drawn at its new scale afterwards', async () => {
    const from = await middleOf(piece(page, BLUE));
    const { width } = await boxOf(piece(page, BLUE));
    await page.mouse.move(from.x, from.y);
    for (const delta of [-100, -100, -100]) await page.mouse.wheel(0, delta);
    const larger = async (): Promise<boolean> =>
      Math.abs((await boxOf(piece(page, BLUE))).width / width - 1.12 ** 3) < 0.02;
    await expect.poll(larger).toBe(true);
    expect(await middleOf(piece(page, BLUE))).toEqual(near(from));
    await atRest(page);
    expect(await larger()).toBe(true);
    expect(await middleOf(piece(page, BLUE))).toEqual(near(from));
    // Only moved, not an enlarged picture.
    expect(await page.evaluate<number>(SCALE)).toBe(1);
  });

  test('a click on a piece after a drag opens this piece, and a drag that begins on a piece opens none', async () => {
    const from = await middleOf(piece(page, BLUE));
    await dragBy(page, from, { x: -40, y: 20 });
    await page.mouse.up();
    await atRest(page);
    expect(await page.getByRole('complementary').count()).toBe(0);
    await page.mouse.click(from.x - 40, from.y + 20);
    await page.getByRole('complementary', { name: BLUE }).waitFor();
  });

  test('new figures in the middle of a gesture are shown and move nothing', async () => {
    const line = page.locator(`[data-line="virtualService/${TELLER}>virtualNode/${BLUE}"]`);
    await expect.poll(() => line.textContent()).toMatch(/\/s/);
    const from = await middleOf(piece(page, GATEWAY));
    await dragBy(page, await emptyPlace(page), { x: 30, y: 30 });
    await expect.poll(() => middleOf(piece(page, GATEWAY))).toEqual(near({ x: from.x + 30, y: from.y + 30 }));
    const before = await line.textContent();
    requests *= 3;
    await expect.poll(() => line.textContent()).not.toBe(before);
    expect(await middleOf(piece(page, GATEWAY))).toEqual(near({ x: from.x + 30, y: from.y + 30 }));
    const empty = await emptyPlace(page);
    await page.mouse.move(empty.x + 50, empty.y + 50);
    await expect.poll(async () => (await middleOf(piece(page, GATEWAY))).x).toBeCloseTo(from.x + 50, 0);
    await page.mouse.up();
    await atRest(page);
    expect(await middleOf(piece(page, GATEWAY))).toEqual(near({ x: from.x + 50, y: from.y + 50 }));
  });

  test('a piece outside of the window comes into it by key, search and address, and nothing scrolls', async () => {
    const last = page.locator(`[data-key="virtualNode/node-${NODES - 1}"]`);
    await goTo(page, plane.api, addresses(HIGH, '', '')['map'] ?? '');
    const first = page.locator('[data-key="virtualNode/node-00"]');
    await first.focus();
    await page.keyboard.press('End');
    await expect.poll(() => isInWindow(page, last)).toBe(true);
    await page.keyboard.press('Home');
    await expect.poll(() => isInWindow(page, first)).toBe(true);
    expect(await isInWindow(page, last)).toBe(false);
    await page.getByRole('searchbox', { name: 'Search' }).fill(`node-${NODES - 1}`);
    await expect.poll(() => isInWindow(page, last)).toBe(true);
    const other = await browser.open(`${plane.api}/console/#/${HIGH}/map/virtualNode%2Fnode-${NODES - 1}`);
    const there = other.locator(`[data-key="virtualNode/node-${NODES - 1}"]`);
    await there.waitFor({ state: 'attached' });
    await expect.poll(() => isInWindow(other, there)).toBe(true);
    await other.context().close();
    expect(await page.evaluate<number[]>(SCROLLED)).toEqual([]);
  });

  test('the map stays where it is when the panel of a piece opens, and that of another mesh begins anew', async () => {
    const alone = piece(page, 'colorteller-vn');
    const from = await middleOf(alone);
    await alone.click();
    await page.getByRole('complementary', { name: 'colorteller-vn' }).waitFor();
    expect(await middleOf(alone)).toEqual(near(from));
    // So far that nothing of either map is in the window.
    for (let turn = 0; turn < 6; turn += 1) {
      await dragBy(page, await emptyPlace(page), { x: 600, y: 500 });
      await page.mouse.up();
    }
    await goTo(page, plane.api, addresses(HIGH, '', '')['map'] ?? '');
    const middle = page.locator(`[data-key="virtualNode/node-${NODES / 2}"]`);
    await expect.poll(() => isInWindow(page, middle)).toBe(true);
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});

type Place = { readonly x: number; readonly y: number };

function piece(page: Page, node: string): Locator {
  return page.locator(`[data-key="virtualNode/${node}"]`);
}

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (box === null) throw new Error('it is not on the page');
  return box;
}

/** A point of the map without a piece, in pixels of the page. */
async function emptyPlace(page: Page): Promise<Place> {
  const { x, y } = await boxOf(page.locator('.map-window'));
  return { x: x + 12, y: y + 12 };
}

async function middleOf(element: Locator): Promise<Place> {
  const { x, y, width, height } = await boxOf(element);
  return { x: x + width / 2, y: y + height / 2 };
}

/** A place to within a pixel: browsers round. */
function near({ x, y }: Place): Place {
  return { x: expect.closeTo(x, 0) as number, y: expect.closeTo(y, 0) as number };
}

/** Presses and moves, and does not let go. */
async function dragBy(page: Page, from: Place, by: Place): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
}

function isHeld(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`document.querySelector('.map-window.held') !== null`);
}

/** Waits until no gesture moves the map. */
async function atRest(page: Page): Promise<void> {
  await expect.poll(() => isHeld(page)).toBe(false);
}

async function isInWindow(page: Page, element: Locator): Promise<boolean> {
  const [inner, outer] = [await boxOf(element), await boxOf(page.locator('.map-window'))];
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The scale by which the picture is enlarged. */
const SCALE = `new DOMMatrix(getComputedStyle(document.querySelector('svg.map')).transform).a`;
/** The places of elements that are scrolled. */
const SCROLLED = `[...document.querySelectorAll('*')].filter((each) => each.scrollTop + each.scrollLeft > 0).map((each) => each.scrollTop)`;
