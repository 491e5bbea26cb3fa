import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER, updateWeights } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { startReportingAgent, type ReportingAgent } from '../test/testing/reporting-agent.ts';
import { barriers, chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo, SIZES } from './testing/pages.ts';
import { unreadable } from './testing/readable.ts';

// Questions, errors and other states of pages that a visitor does not meet, and the settings of users who need other colors or no motion.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const CALLER = `spiffe://apps.example/account/000000000000/mesh/default/virtualNode/colorteller-vn`;
const AT = addresses('default', TELLER, GATEWAY);
const BUSY = `[data-line="virtualService/${TELLER}>virtualNode/${BLUE}"].busy`;

type State = { readonly at: string; readonly reach: (page: Page) => Promise<unknown> };

/** The states, each with the page on which it is reached, and how. */
const STATES: Readonly<Record<string, State>> = {
  'a piece of the map with the focus': {
    at: 'map',
    async reach(page) {
      const piece = page.locator(`[data-key="virtualNode/${GATEWAY}"]`);
      await piece.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: GATEWAY }).waitFor();
    },
  },
  'a search without a hit': {
    at: 'map',
    async reach(page) {
      await page.getByRole('searchbox').fill('nothing of this name');
      await page.getByText('No piece has this in its name.').waitFor();
    },
  },
  'the preview of moved weights': {
    at: 'service',
    async reach(page) {
      await page.getByRole('spinbutton').first().fill('6');
      await page.getByText('This changes 1 proxy:').waitFor();
      await page.locator('summary').first().click();
      await page.locator('.difference').first().waitFor();
    },
  },
  'weights that are all zero': {
    at: 'service',
    async reach(page) {
      for (const index of [0, 1]) await page.getByRole('spinbutton').nth(index).fill('0');
      await page.locator('.note.warn').waitFor();
    },
  },
  'the question before a deletion': {
    at: 'resource',
    async reach(page) {
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').locator('.button.danger:enabled').waitFor();
    },
  },
  'an error in the editor': {
    at: 'resource',
    async reach(page) {
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.locator('textarea').fill('listeners: [{portMapping: {}}]');
      await page.locator('.note.bad').waitFor();
    },
  },
  'a text that the editor cannot read': {
    at: 'resource',
    async reach(page) {
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.locator('textarea').fill('listeners: [');
      await page.getByText(/This cannot be read/).waitFor();
    },
  },
  'a new resource without a name': {
    at: 'create',
    async reach(page) {
      await page.locator('textarea').fill('{}');
      await page.getByRole('button', { name: 'Save' }).and(page.locator(':disabled')).waitFor();
    },
  },
  'the question before a revert': {
    at: 'changes',
    async reach(page) {
      const change = page.locator('.change').nth(1);
      await change.getByRole('button', { name: 'Revert' }).click();
      await change.getByRole('alertdialog').locator('.button.danger:enabled').waitFor();
      await change.locator('summary').last().click();
    },
  },
  'the question before a caller is allowed': {
    at: 'identity',
    async reach(page) {
      await page.getByRole('button', { name: 'Allow from here' }).click();
      await page.getByRole('alertdialog').locator('.button.first:enabled').waitFor();
    },
  },
  'a proxy with all of its parts open': {
    at: 'proxy',
    async reach(page) {
      await page.locator('details').first().waitFor();
      await page.evaluate(
        "document.querySelectorAll('main details').forEach((each) => { each.open = true; })",
      );
    },
  },
  'an explained request': {
    at: 'explain',
    async reach(page) {
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('The request is sent to').waitFor();
    },
  },
};

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`states${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let browser: TestBrowser;
  let page: Page;
  let agent: ReportingAgent;
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-states-'));
    plane = await startLocalControlPlane(['--data', join(folder, 'model')]);
    const client = appMeshClient(plane.api);
    await createColorModel(client, { [BLUE]: 8, [RED]: 2 });
    await updateWeights(client, { [BLUE]: 7, [RED]: 2 });
    await updateWeights(client, { [BLUE]: 7, [RED]: 3 });
    agent = startReportingAgent({
      ads: plane.ads,
      node: `mesh/default/virtualNode/${GATEWAY}`,
      state: { refusals: [{ port: 9080, caller: CALLER, rule: 'none', count: 5 }] },
      counts: () =>
        [BLUE, RED].map((node) => {
          return { name: `cds_egress_default_${node}_http_9080`, requests: 50, ok: 48, errors: 2, active: 0 };
        }),
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    agent?.close();
    await browser?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  // Of its own for each: a text or weights that are not saved would be on the next one, too.
  beforeEach(async () => {
    page = await browser.open('about:blank');
    return () => page.context().close();
  });

  test.each(
    Object.entries(STATES),
  )('no barrier to a user of a keyboard or screen reader, and every text can be read: %s', async (_, state) => {
    await goTo(page, plane.api, AT[state.at] ?? '');
    await state.reach(page);
    for (const [index, size] of SIZES.entries()) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: index === 0 ? 'light' : 'dark' });
      expect(await barriers(page)).toEqual([]);
      await expect.poll(() => unreadable(page)).toEqual([]);
    }
  });

  test('nothing moves for a user who wants no motion: neither the dots of lines with traffic nor a sign that something loads', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await goTo(page, plane.api, AT['map'] ?? '');
    await page.locator(BUSY).waitFor();
    expect(await page.evaluate<number>(MOVING)).toBe(0);
    expect(await page.locator('.dots').first().isVisible()).toBe(false);
    await page.locator(`[data-key="virtualNode/${GATEWAY}"]`).hover();
    expect(await page.evaluate<number>(MOVING)).toBe(0);

    await page.route('**/console/preview', () => undefined);
    await goTo(page, plane.api, AT['service'] ?? '');
    await page.getByRole('spinbutton').first().fill('6');
    await page.locator('.spinner').waitFor();
    expect(await page.evaluate<number>(MOVING)).toBe(0);
    // Else, they do.
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(() => page.evaluate<number>(MOVING)).toBeGreaterThan(0);
  });

  test.each([
    'light',
    'dark',
  ] as const)('in the colors that a user forces, beside the %s theme, pieces can be read and the chosen ones stand out', async (theme) => {
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    await page.addInitScript(`localStorage.setItem('daybreak.theme', '${theme}')`);
    await goTo(page, plane.api, AT['map'] ?? '');
    await page.locator(BUSY).waitFor();
    const canvas = await page.evaluate<string>(COLOR('body', 'backgroundColor'));
    expect(await page.evaluate<string>(COLOR('.piece rect.box', 'fill'))).toBe(canvas);
    for (const line of ['.flow.busy .way', '.piece rect.box'])
      expect(await page.evaluate<string>(COLOR(line, 'stroke'))).not.toBe(canvas);

    await goTo(page, plane.api, AT['resource'] ?? '');
    for (const [chosen, other] of CHOICES) {
      const [own, its] = await Promise.all(
        [chosen, other].map((each) => page.evaluate<string>(COLOR(each, 'backgroundColor'))),
      );
      expect(own).not.toBe(its);
    }
    expect(await barriers(page)).toEqual([]);
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});

/** Chosen elements, each beside one of its kind that is not. */
const CHOICES = [
  ['nav a[aria-current]', 'nav a:not([aria-current])'],
  ['.pick[aria-current]', '.pick:not([aria-current])'],
  ['.segments [aria-pressed=true]', '.segments [aria-pressed=false]'],
] as const;

/** A script that counts what moves. */
const MOVING = 'document.getAnimations().length';

/** A script that returns a color of the first element for a selector. */
function COLOR(selector: string, property: string): string {
  return `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`;
}
