import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateVirtualNodeCommand,
  UpdateVirtualNodeCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appMeshClient, createColorModel, TELLER, updateWeights } from '../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { startReportingAgent, type ReportingAgent } from '../test/testing/reporting-agent.ts';
import { chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo, SIZES } from './testing/pages.ts';
import { unreadable } from './testing/readable.ts';

// The work of a person on call in the console, and input that must not disturb it, with an agent that reports figures and refused callers.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const AT = addresses('default', TELLER, GATEWAY);
const CALLER = `spiffe://apps.example/account/000000000000/mesh/default/virtualNode/colorteller-vn`;
const JSON_TYPE = { 'content-type': 'application/json' };
/** Scripts: whether a question has the focus, and whether something of the page has it. */
const HAS_FOCUS = 'document.activeElement?.closest("[role=alertdialog]") !== null';
const IS_ON_PAGE = 'document.activeElement?.closest("#content") !== null';
const cluster = (node: string): string => `cds_egress_default_${node}_http_9080`;

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`the console${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let client: AppMeshClient;
  let browser: TestBrowser;
  let page: Page;
  let agent: ReportingAgent;
  let counts = { blue: 50, red: 50 };
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-operations-'));
    plane = await startLocalControlPlane(['--data', join(folder, 'model')]);
    client = appMeshClient(plane.api);
    await createColorModel(client, { [BLUE]: 8, [RED]: 2 });
    agent = startReportingAgent({
      ads: plane.ads,
      node: `mesh/default/virtualNode/${GATEWAY}`,
      state: { refusals: [{ port: 9080, caller: CALLER, rule: 'none', count: 5 }] },
      counts: () =>
        [[BLUE, counts.blue] as const, [RED, counts.red] as const].map(([node, requests]) => ({
          name: cluster(node),
          requests,
          ok: requests,
          errors: 0,
          active: 0,
        })),
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
  const go = (address: string | undefined): Promise<void> => goTo(page, plane.api, address ?? '');
  const weight = (node: string) => page.getByRole('spinbutton', { name: `Weight of ${node}` });

  test('a canary has its weights, the shares that its callers count since they stand, and the way back', async () => {
    await go(AT['canaries']);
    await page.getByText('1 of 1 calling proxies').waitFor();
    await expect.poll(() => page.locator('.seen').first().textContent()).toContain('50 % seen');
    await page.getByText('differs from the weight by more than chance').first().waitFor();
    await updateWeights(client, { [BLUE]: 5, [RED]: 5 });
    await page.getByRole('button', { name: `Back to ${BLUE} 80 % and ${RED} 20 %` }).click();
    await expect.poll(() => weight(BLUE).inputValue()).toBe('8');
  });

  test('the weights of a canary move with a preview, and undo gives the old ones', async () => {
    await go(AT['canaries']);
    await weight(RED).fill('4');
    await page.getByText('This changes 1 proxy:').waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => weight(RED).inputValue()).toBe('2');
  });

  test('a caller that authorization would refuse is a problem, and is allowed from the page of identities', async () => {
    await go(AT['problems']);
    await page.getByText(/would refuse virtualNode\/colorteller-vn on port 9080/).waitFor();
    await go(AT['identity']);
    await page.getByText('5 would be refused').waitFor();
    await page.getByRole('button', { name: 'Allow from here' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Allow from here' });
    await dialog.getByText(`This creates the access policy allow-${GATEWAY}`).waitFor();
    await dialog.getByRole('button', { name: 'Allow from here' }).click();
    await dialog.waitFor({ state: 'detached' });
    const path = `${plane.api}/daybreak/v1/meshes/default/accessPolicies/allow-${GATEWAY}`;
    const answer = await fetch(path);
    expect(await answer.json()).toMatchObject({
      spec: { allow: [{ from: [{ virtualNode: { virtualNodeName: 'colorteller-vn' } }], ports: [9080] }] },
    });
  });

  test('a policy that another user changed while it was asked about is not overwritten: the change of the other was lost', async () => {
    const path = `${plane.api}/daybreak/v1/meshes/default/accessPolicies/allow-${GATEWAY}`;
    const target = { virtualNode: { virtualNodeName: GATEWAY } };
    const put = (spec: object): Promise<Response> =>
      fetch(path, { method: 'PUT', headers: JSON_TYPE, body: JSON.stringify({ spec }) });
    const allow = (ports: readonly number[]) => [
      { from: [{ virtualNode: { virtualNodeName: BLUE } }], ports },
    ];
    await put({ target, allow: allow([9080]) });
    await go(AT['map']);
    await go(AT['identity']);
    await page.getByRole('button', { name: 'Allow from here' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Allow from here' });
    await expect.poll(() => page.evaluate<boolean>(HAS_FOCUS)).toBe(true);
    await dialog.getByRole('button', { name: 'Allow from here' }).and(page.locator(':enabled')).waitFor();
    await put({ target, allow: allow([9080]), deny: allow([9080]) });
    // The page knows of the change.
    await expect.poll(() => page.getByText('v3').count()).toBeGreaterThan(0);
    await dialog.getByRole('button', { name: 'Allow from here' }).click();
    await page.getByText('The resource was changed meanwhile.').waitFor();
    expect(await (await fetch(path)).json()).toMatchObject({ spec: { deny: allow([9080]) } });
  });

  test('a second click on Save or Delete while the first is on its way does nothing: it was answered as a conflict', async () => {
    await go(AT['resource']);
    let writes = 0;
    const clicked = Promise.withResolvers<void>();
    await page.route('**/virtualNodes/**', async (sent) => {
      if (sent.request().method() === 'PUT') {
        writes += 1;
        await clicked.promise;
      }
      await sent.continue();
    });
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    await editor.fill(`${await editor.inputValue()}logging: {accessLog: {file: {path: /dev/stdout}}}\n`);
    const save = page.getByRole('button', { name: 'Save' });
    await save.click();
    await save.click({ force: true, timeout: 200 }).catch(() => undefined);
    clicked.resolve();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    await page.waitForTimeout(900);
    expect(await page.getByText('changed meanwhile').count()).toBe(0);
    expect(writes).toBe(1);
    await page.unroute('**/virtualNodes/**');
    // The buttons of the editor are gone, and the keyboard goes on from the card.
    expect(await page.evaluate<boolean>(IS_ON_PAGE)).toBe(true);
  });

  test('a resource that another user changed is not deleted, and the question has the focus', async () => {
    await client.send(
      new CreateVirtualNodeCommand({ meshName: 'default', virtualNodeName: 'old-vn', spec: {} }),
    );
    await go('#/default/resources/virtualNode%2Fold-vn');
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Delete' });
    await dialog.getByText('Delete old-vn? Its proxies keep their last configuration.').waitFor();
    await expect.poll(() => page.evaluate<boolean>(HAS_FOCUS)).toBe(true);
    const listeners = [{ portMapping: { port: 80, protocol: 'http' as const } }];
    await client.send(
      new UpdateVirtualNodeCommand({
        meshName: 'default',
        virtualNodeName: 'old-vn',
        spec: { listeners, serviceDiscovery: { dns: { hostname: 'old.example' } } },
      }),
    );
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The resource was changed meanwhile.').waitFor();
    await page.getByText('hostname: old.example').first().waitFor();
  });

  test('a text that is not saved is there again after a look at another page, and says that the resource was changed', async () => {
    await go('#/default/resources/virtualNode%2Fold-vn');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Specification' }).fill('backends: [] # mine');
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Search' }).waitFor();
    await client.send(
      new UpdateVirtualNodeCommand({ meshName: 'default', virtualNodeName: 'old-vn', spec: {} }),
    );
    await page.goBack();
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Specification' }).inputValue())
      .toBe('backends: [] # mine');
    await page.getByText('This resource was changed meanwhile').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();

    await go(AT['create']);
    await page.getByLabel('Name', { exact: true }).fill('a-draft');
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.goBack();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('a-draft');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('each page has a title of its own, and a link within a page takes the keyboard to the next one', async () => {
    await go(AT['problems']);
    expect(await page.title()).toBe('Problems · default · Daybreak');
    const open = page.locator('.problem').getByRole('link', { name: 'Open' }).first();
    await open.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.title()).not.toContain('Problems');
    await expect.poll(() => page.evaluate<boolean>(IS_ON_PAGE)).toBe(true);
  });

  test('explain takes a header without a colon as an empty one, and shows the answer to the last question: its name lost a letter', async () => {
    await go(AT['explain']);
    const asked: string[] = [];
    const answered = Promise.withResolvers<void>();
    await page.route('**/explain?*', async (sent) => {
      const { searchParams } = new URL(sent.request().url());
      asked.push(searchParams.get('headers') ?? '');
      // The first answer comes last.
      if (asked.length === 1) await answered.promise;
      await sent.continue();
    });
    await page.getByLabel('Headers').fill('x-canary\nx-time: 10:30');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByLabel('URL').fill('http://elsewhere.example/');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page
      .getByText(/elsewhere|leaves the mesh|closes|answers/)
      .first()
      .waitFor();
    answered.resolve();
    await page.waitForTimeout(1700);
    expect(await page.getByText('The request is sent to').count()).toBe(0);
    expect(JSON.parse(asked[0] ?? '')).toEqual([
      ['x-canary', ''],
      ['x-time', '10:30'],
    ]);
    await page.unroute('**/explain?*');
  });

  test('a revert that undoes more than one change shows its effect and asks first', async () => {
    await updateWeights(client, { [BLUE]: 6, [RED]: 4 });
    await updateWeights(client, { [BLUE]: 7, [RED]: 3 });
    await go(AT['changes']);
    const changes = page.locator('.change', { hasText: 'colorteller-route' });
    await changes.nth(1).getByRole('button', { name: 'Revert' }).click();
    await page.getByText('was changed again afterwards').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await changes.first().getByRole('button', { name: 'Revert' }).click();
    await changes.first().getByText('reverts an earlier change').waitFor();
    await go(AT['service']);
    await expect.poll(() => weight(BLUE).inputValue()).toBe('6');
  });

  test('every text of pages with a proxy, its figures and refused callers can be read: the hint of the search for proxies was cut off', async () => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const address of [AT['proxies'], AT['proxy'], AT['canaries'], AT['problems'], AT['identity']]) {
        await go(address);
        await expect.poll(() => unreadable(page)).toEqual([]);
      }
    }
    await page.setViewportSize(SIZES[0]);
  });

  test('absurd figures of a proxy are bounded: no page shows NaN or Infinity', async () => {
    counts = { blue: Number.MAX_SAFE_INTEGER, red: 0 };
    await go(AT['map']);
    // Two slots of five seconds: the control plane may take the figures, or leave them out.
    await page.waitForTimeout(11_000);
    for (const address of [AT['map'], AT['canaries'], AT['service']]) {
      await go(address);
      expect(await page.locator('main').textContent()).not.toMatch(/NaN|Infinity|undefined|e\+/);
    }
    counts = { blue: 50, red: 50 };
  });

  test('a clock that jumps forwards or back leaves ages that a person can read', async () => {
    for (const year of ['2040', '2001']) {
      const other = await browser.open('about:blank');
      await other.clock.setFixedTime(new Date(`${year}-01-01T00:00:00Z`));
      for (const address of [AT['proxies'], AT['changes'], AT['canaries']]) {
        await goTo(other, plane.api, address ?? '');
        await other
          .getByText(/ ago|now/)
          .first()
          .waitFor();
        expect(await other.locator('main').textContent()).not.toMatch(/NaN|Invalid|-\d+ (?:s|min|h|days)/);
      }
      await other.context().close();
    }
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});
