import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER, updateWeights } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo } from './testing/pages.ts';
import { startPathProxy, type PathProxy } from './testing/path-proxy.ts';

// The console behind a proxy that serves it under a path, with a control plane that goes away and comes back.

const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const AT = addresses('default', TELLER, BLUE);
const PREFIX = '/tools/daybreak';

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`behind a proxy${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let proxy: PathProxy;
  let browser: TestBrowser;
  let page: Page;
  const start = async (): Promise<void> => {
    plane = await startLocalControlPlane(['--data', join(folder, 'model')]);
    proxy.target = plane.api;
  };
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-away-'));
    proxy = await startPathProxy(PREFIX);
    await start();
    await createColorModel(appMeshClient(plane.api), { [BLUE]: 8, [RED]: 2 });
    browser = await startBrowser();
    // The proxy's own path, as a person would enter it.
    page = await browser.open(`${proxy.url}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const go = (address: string | undefined): Promise<void> => goTo(page, proxy.url, address ?? '');
  const weight = (node: string) => page.getByRole('spinbutton', { name: `Weight of ${node}` });

  test('the pages read, write and follow changes under the path of the proxy: they asked for the paths of its other tools', async () => {
    await page.locator(`[data-key="virtualNode/${BLUE}"]`).waitFor();
    expect(new URL(page.url()).pathname).toBe(`${PREFIX}/console/`);
    await go(AT['service']);
    await weight(RED).fill('3');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await updateWeights(appMeshClient(plane.api), { [BLUE]: 6, [RED]: 4 });
    await expect.poll(() => weight(RED).inputValue()).toBe('4');
    await go(AT['resource']);
    await page.getByRole('button', { name: 'AWS CLI' }).click();
    await page.getByText(`--endpoint-url ${proxy.url}`).waitFor();
  });

  test('a text that is typed while the control plane restarts stays, and is saved afterwards: the button stayed off until the text was changed', async () => {
    await go(AT['resource']);
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    await expect.poll(() => editor.inputValue()).not.toBe('');
    proxy.target = undefined;
    await plane.kill();
    await page.getByText('The control plane does not answer.').first().waitFor();
    const text = `${await editor.inputValue()}logging: {accessLog: {file: {path: /dev/stdout}}}\n`;
    await editor.fill(text);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await start();
    const save = page.getByRole('button', { name: 'Save' });
    await expect.poll(() => save.isEnabled()).toBe(true);
    expect(await editor.inputValue()).toBe(text);
    await save.click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    await page.getByText('accessLog').first().waitFor();
  });

  test('without events, the page of changes says so and finds each change: it showed none until it was loaded anew', async () => {
    await go(AT['map']);
    proxy.refused = '/console/events';
    await page.reload();
    await go(AT['changes']);
    await page.getByText('The control plane refuses live events').waitFor();
    const changes = page.locator('.change');
    await changes.first().waitFor();
    const before = await changes.count();
    await updateWeights(appMeshClient(plane.api), { [BLUE]: 1, [RED]: 9 });
    await expect.poll(() => changes.count()).toBe(before + 1);
    proxy.refused = undefined;
    await page.reload();
    await changes.first().waitFor();
    await page.getByText('The control plane refuses live events').waitFor({ state: 'detached' });
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});
