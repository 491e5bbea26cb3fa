import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo, SIZES } from './testing/pages.ts';
import { unreadable } from './testing/readable.ts';

// The page of identities, with an authority, a node that holds a certificate, and tokens.

const ADDRESS = addresses('m', 'a', 'a')['identity'] ?? '';
/** By its path, because the types of certificates and those of browsers do not go together. */
const SCENE = join(import.meta.dirname, '../test/identity/testing/identity-scene.ts');
type Scene = {
  readonly api: string;
  readonly tokens: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
};
/** A folder for pictures of the page; empty: none are made. */
const PICTURES = process.env['DAYBREAK_TEST_PICTURES'] ?? '';

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`identities${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let plane: Scene;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    await buildPages();
    const { startIdentityScene } = (await import(SCENE)) as { startIdentityScene: () => Promise<Scene> };
    plane = await startIdentityScene();
    browser = await startBrowser();
    page = await browser.open(`${plane.api}/console/`, { trustsAny: true });
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.remove();
  });

  test('the page with an authority, a certificate and tokens has no barrier, and every text can be read', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const size of SIZES) {
        await page.setViewportSize(size);
        await goTo(page, plane.api, ADDRESS);
        await page.getByRole('button', { name: 'Revoke' }).first().waitFor();
        await page.getByText('virtualNode/a').first().waitFor();
        expect(await barriers(page)).toEqual([]);
        await expect.poll(() => unreadable(page)).toEqual([]);
        if (PICTURES === '') continue;
        await mkdir(PICTURES, { recursive: true });
        await page.screenshot({
          path: join(PICTURES, `identity-${size.width}-${scheme}.png`),
          fullPage: true,
        });
      }
    }
    await page.setViewportSize(SIZES[0]);
  });

  test('a token that is revoked by the page is gone from the page and from the control plane, and the other one stays', async () => {
    await goTo(page, plane.api, ADDRESS);
    const revoke = page.getByRole('button', { name: 'Revoke' });
    await expect.poll(() => revoke.count()).toBe(2);
    const [first, second] = await plane.tokens();
    const row = page.getByRole('listitem').filter({ hasText: first ?? 'none' });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => revoke.count()).toBe(1);
    expect(await plane.tokens()).toEqual([second]);
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});
