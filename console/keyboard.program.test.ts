import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { hasFocus, startKeyboard } from './testing/keyboard.ts';
import { addresses, buildPages } from './testing/pages.ts';

// The work of a user without a mouse. The focus may be lost in no frame: the next Tab would begin at the top of the page.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const AT = addresses('default', TELLER, GATEWAY);
const KEY = 'AKIDEXAMPLE';
const SECRET = 'not-a-secret-but-long';
const CREDENTIALS = {
  accounts: [
    {
      id: '000000000000',
      users: [
        {
          name: 'operator',
          accessKeys: [{ accessKeyId: KEY, secretAccessKey: SECRET }],
          policies: [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
        },
      ],
    },
  ],
};

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`the keyboard${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-keyboard-'));
    const data = ['--data', join(folder, 'model')];
    // The model is there before authentication is: the client of the demo has made-up credentials.
    plane = await startLocalControlPlane(data);
    await createColorModel(appMeshClient(plane.api), { [BLUE]: 8, [RED]: 2 });
    await plane.stop();
    const credentials = join(folder, 'credentials.json');
    await writeFile(credentials, JSON.stringify(CREDENTIALS), { mode: 0o600 });
    plane = await startLocalControlPlane([...data, '--credentials', credentials]);
    browser = await startBrowser();
    page = await browser.open(`${plane.api}/console/${AT['map']}`);
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('from signing in to the undo of moved weights', async () => {
    const field = page.getByLabel('Access key ID');
    await expect.poll(() => hasFocus(field)).toBe(true);
    const { press, type, tabTo, losses } = await startKeyboard(page);
    await type(KEY);
    await press('Tab');
    await type(SECRET);
    await press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();

    const piece = (key: string) => page.locator(`[data-key="${key}"]`);
    const panel = (name: string) => page.getByRole('complementary', { name });
    await tabTo(piece(`virtualNode/${GATEWAY}`));
    await press('Enter');
    await panel(GATEWAY).waitFor();
    // A neighbour, and from there one that the panel has in its other list: its button goes away.
    await tabTo(panel(GATEWAY).getByRole('button', { name: TELLER }));
    await press('Enter');
    await tabTo(panel(TELLER).getByRole('button', { name: BLUE }));
    await press('Enter');
    await tabTo(panel(BLUE).getByRole('button', { name: TELLER }));
    await press('Enter');
    await panel(TELLER).waitFor();
    await tabTo(panel(TELLER).getByRole('button', { name: 'Close' }));
    await press('Enter');
    await panel(TELLER).waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(piece(`virtualService/${TELLER}`))).toBe(true);

    expect(await losses()).toEqual([]);

    await press('Enter');
    await tabTo(panel(TELLER).getByRole('link', { name: 'Routes and weights' }));
    await press('Enter');
    const slider = page.getByRole('slider', { name: `Weight of ${RED}` });
    await tabTo(slider);
    await press('ArrowRight', 'ArrowRight');
    await expect.poll(() => slider.inputValue()).toBe('4');
    await page.getByText('No connected proxy changes.').waitFor();
    await tabTo(page.locator('summary', { hasText: `virtualNode/${GATEWAY}` }));
    await press('Enter');
    await page.locator('.difference').first().waitFor();
    await tabTo(page.getByRole('button', { name: 'Apply' }));
    await press('Enter');
    await tabTo(page.getByRole('button', { name: 'Undo' }));
    await press('Enter');
    await expect.poll(() => slider.inputValue()).toBe('2');
    expect(await losses()).toEqual([]);
  });

  test('where a question closes, a list loses an entry, or a card moves: the focus was at the top of the page', async () => {
    const { press, tabTo, losses } = await startKeyboard(page);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const open = async (name: string): Promise<void> => {
      await tabTo(page.getByRole('navigation').getByRole('link', { name }));
      await press('Enter');
      await page.getByRole('heading', { name, level: 1 }).waitFor();
    };
    const question = page.getByRole('alertdialog');
    await open('Changes');
    const change = page.locator('.change', { hasText: 'colorteller-vr' }).last();
    await tabTo(change.getByRole('button', { name: 'Revert' }));
    await press('Enter');
    await expect.poll(() => hasFocus(question)).toBe(true);
    await tabTo(question.getByRole('button', { name: 'Cancel' }));
    await press('Enter');
    await expect.poll(() => hasFocus(change)).toBe(true);

    await open('Canaries');
    // The route has one target then, and its card goes to the list of those at rest.
    await tabTo(page.getByRole('slider', { name: `Weight of ${RED}` }));
    await press('Home');
    await tabTo(button('Apply'));
    await press('Enter');
    await page.getByText('No route divides its requests.').waitFor();
    await expect.poll(() => hasFocus(page.locator('section.card'))).toBe(true);
    await tabTo(button('Undo'));
    await press('Enter');
    await page.getByText('No route divides its requests.').waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(page.locator('section.card'))).toBe(true);

    await open('Resources');
    await tabTo(page.getByRole('link', { name: 'Create' }));
    await press('Enter');
    await tabTo(button('Cancel'));
    await press('Enter');
    await page.getByText('Choose a resource').waitFor();
    await tabTo(page.getByRole('link', { name: 'colorteller-vn' }));
    await press('Enter');
    await tabTo(button('Delete'));
    await press('Enter');
    await expect.poll(() => hasFocus(question)).toBe(true);
    await tabTo(question.locator('.button.danger:enabled'));
    await press('Enter');
    await page.getByText('Choose a resource').waitFor();
    expect(await losses()).toEqual([]);
  });
});
