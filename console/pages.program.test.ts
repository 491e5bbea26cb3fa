import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateRouteCommand, type AppMeshClient } from '@aws-sdk/client-app-mesh';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { createHostile, HOSTILE, LONG } from './testing/hostile-mesh.ts';
import { barriers, chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo, SIZES } from './testing/pages.ts';
import { unreadable } from './testing/readable.ts';

// The console's pages in a browser, against a control plane without proxies.

const AT = addresses('default', TELLER, 'colorgateway-vn');

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;
if (why !== undefined) process.stderr.write(`the console's pages are left out: ${why}\n`);

describe.skipIf(why !== undefined)(`the console${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let client: AppMeshClient;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-pages-'));
    plane = await startLocalControlPlane(['--data', join(folder, 'model')]);
    client = appMeshClient(plane.api);
    await createColorModel(client, { 'colorteller-vn': 1, 'colorteller-blue-vn': 1 });
    await createHostile(client);
    browser = await startBrowser();
    page = await browser.open(`${plane.api}/console/`);
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const go = (address: string): Promise<void> => goTo(page, plane.api, address);

  test.each(
    Object.entries(AT),
  )('no barrier to a user of a keyboard or screen reader, and every text can be read: %s', async (_, address) => {
    for (const dark of [false, true]) {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      for (const size of SIZES) {
        await page.setViewportSize(size);
        await go(address);
        expect(await barriers(page)).toEqual([]);
        await expect.poll(() => unreadable(page)).toEqual([]);
      }
    }
    await page.setViewportSize(SIZES[0]);
  });

  test('a name that is markup is text on every page', async () => {
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    for (const address of Object.values(addresses(HOSTILE, HOSTILE, HOSTILE))) {
      await go(address);
      expect(await page.locator('main').textContent()).not.toBe('');
      expect(await page.locator('img').count()).toBe(0);
    }
    await go(addresses(HOSTILE, HOSTILE, HOSTILE)['problems'] ?? '');
    await page.getByText('does not exist').first().waitFor();
    expect(await page.locator('body').textContent()).toContain(HOSTILE);
    expect(dialogs).toBe(0);
  });

  test('the longest name makes no page wider than its window, and stays on its piece of the map: lists of choices did', async () => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const address of Object.values(addresses(HOSTILE, HOSTILE, LONG))) {
        await go(address);
        await expect.poll(() => unreadable(page)).toEqual([]);
      }
    }
    await page.setViewportSize(SIZES[0]);
    await go(addresses(HOSTILE, HOSTILE, LONG)['map'] ?? '');
    const piece = page.locator(`[data-key="virtualNode/${LONG}"]`);
    const box = (part: string) => piece.locator(part).first().boundingBox();
    const [title, frame] = await Promise.all([box('.title'), box('.box')]);
    expect((title?.x ?? 0) + (title?.width ?? 0)).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
  });

  test('a text is copied also where the browser has no clipboard: without TLS, the button did nothing', async () => {
    const other = await browser.open(`${plane.api}/console/${AT['resource']}`);
    await other.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await other.getByText('aws appmesh update-virtual-node').waitFor();
    await other.getByRole('button', { name: 'Copy', exact: true }).click();
    await other.getByRole('button', { name: 'Copied' }).waitFor();
    await page.bringToFront();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(
      'aws appmesh update-virtual-node',
    );
    await other.context().close();
  });

  test('all of the map can be done by keyboard', async () => {
    await go(AT['map'] ?? '');
    const gateway = page.locator('[data-key="virtualNode/colorgateway-vn"]');
    await gateway.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary', { name: TELLER });
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Search' }).fill('blue');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'colorteller-blue-vn' }).waitFor();
  });

  test('the second of two people who edit one route sees the change of the first, and is asked', async () => {
    await go(AT['service'] ?? '');
    const blue = page.getByRole('spinbutton', { name: 'Weight of colorteller-blue-vn' });
    await blue.fill('7');
    await client.send(
      new UpdateRouteCommand({
        meshName: 'default',
        virtualRouterName: 'colorteller-vr',
        routeName: 'colorteller-route',
        spec: {
          httpRoute: {
            match: { prefix: '/' },
            action: { weightedTargets: [{ virtualNode: 'colorteller-red-vn', weight: 1 }] },
          },
        },
      }),
    );
    // If the page does not know yet, the API refuses the change. The page may learn of it before the click, which then finds no button.
    const applied = page.getByRole('button', { name: 'Apply' }).click({ timeout: 2000 });
    await Promise.all([
      applied.catch(() => undefined),
      page.getByText('This route was changed meanwhile.').waitFor(),
    ]);
    await page.getByRole('button', { name: 'Show the new version' }).click();
    await page.getByRole('spinbutton', { name: 'Weight of colorteller-red-vn' }).waitFor();
  });

  test('the API checks a specification while it is typed', async () => {
    await go(AT['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    await editor.fill('listeners: [{portMapping: {port: 99999, protocol: http}}]');
    // Without a preview, the API says so when the text is saved.
    const save = page.getByRole('button', { name: 'Save' });
    const words = page.getByText(/portMapping\.port/);
    // A preview that comes before the click takes the button away.
    const refused = async (): Promise<boolean> => {
      if (await save.isEnabled()) await save.click({ timeout: 1000 }).catch(() => undefined);
      return (await words.count()) > 0;
    };
    await expect.poll(refused).toBe(true);
    await editor.fill('listeners: [');
    await page.getByText(/This cannot be read/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('a specification of more than 1 MiB gets the words of the API with its limit, and the editor goes on taking keys', async () => {
    await go(AT['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    await editor.focus();
    await page.evaluate(PASTE(LONG_SPEC));
    await page.getByText('The body has more than 1048576 bytes.').waitFor({ timeout: 300_000 });
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await editor.press('Control+End');
    await page.keyboard.type('# keys');
    await expect
      .poll(async () => (await editor.inputValue()).endsWith('# keys'), { timeout: 300_000 })
      .toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
  }, 900_000);

  test.each([
    ['daybreak apply', 'virtualNodeName: colorgateway-vn'],
    ['AWS CLI', 'aws appmesh update-virtual-node --mesh-name default --virtual-node-name colorgateway-vn'],
    ['CloudFormation', 'AWS::AppMesh::VirtualNode'],
    ['Terraform', 'resource "aws_appmesh_virtual_node"'],
    ['Kubernetes (CRD)', 'kind: VirtualNode'],
  ])('a resource can be copied as %s', async (form, text) => {
    await go(AT['resource'] ?? '');
    await page.getByRole('button', { name: form }).click();
    await page.getByText(text).first().waitFor();
  });

  test('a resource is created and deleted by the page', async () => {
    await go(AT['create'] ?? '');
    await page.getByLabel('Name', { exact: true }).fill('new-node');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'new-node' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Choose a resource').waitFor();
    await page.getByRole('link', { name: 'new-node' }).waitFor({ state: 'detached' });
  });

  test('texts are in the language of the browser', async () => {
    const other = await browser.open(`${plane.api}/console/${AT['problems']}`, { locale: 'ja-JP' });
    await other.getByRole('heading', { name: '問題', level: 1 }).waitFor();
    await other.close();
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});

/** A script that puts a text into the field that has the focus, at once: typed key by key, it would take minutes. */
function PASTE(text: string): string {
  return `document.activeElement.value = ${JSON.stringify(text)};
    document.activeElement.dispatchEvent(new Event('input', { bubbles: true }))`;
}

/** A virtual node with 13,000 backends, whose specification has 1.1 MB, also as JSON. */
const LONG_SPEC = [
  'listeners: [{ portMapping: { port: 80, protocol: http } }]',
  'backends:',
  ...Array.from(
    { length: 13_000 },
    (_, index) => `  - virtualService:\n      virtualServiceName: service-${index}.default.svc.cluster.local`,
  ),
  '',
].join('\n');
