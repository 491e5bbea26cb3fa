import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TELLER } from '../demo/color-model.ts';
import { startTraffic } from '../demo/traffic.ts';
import { chanceBounds, isByChance } from '../test/lab/net/share.ts';
import { openColorFixture, type ColorFixture } from '../test/testing/color-lab.ts';
import { addresses, goTo } from './testing/pages.ts';
import { chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';

// The color application, moved by the console's pages in a browser.

const WHITE = 'colorteller-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const GATEWAY = 'colorgateway-vn';
const AT = addresses('default', TELLER, GATEWAY);

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;
if (why !== undefined) process.stderr.write(`the console's pages are left out: ${why}\n`);

describe.skipIf(why !== undefined)(`the console${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let color: ColorFixture;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    color = await openColorFixture('console', { [WHITE]: 1 });
    browser = await startBrowser();
    page = await browser.open(`${color.mesh.controlPlane.endpoint}/console/`);
  });
  afterAll(async () => {
    await browser?.close();
    await color?.close();
  });
  const go = (address: string): Promise<void> => goTo(page, color.mesh.controlPlane.endpoint, address);
  const weight = (node: string) => page.getByRole('spinbutton', { name: `Weight of ${node}` });

  test('the map shows the color mesh, each node with its proxy, and the weight of the route', async () => {
    await go(AT['map'] ?? '');
    for (const node of [GATEWAY, WHITE, BLUE, RED]) {
      await page.locator(`[data-key="virtualNode/${node}"]`, { hasText: '1 proxy' }).waitFor();
    }
    await page.locator(`[data-key="virtualService/${TELLER}"]`).waitFor();
    const line = page.locator(`[data-line="virtualService/${TELLER}>virtualNode/${WHITE}"]`);
    await expect.poll(() => line.textContent()).toContain('100 %');
  });

  test('weights move from white to blue 8 and red 2 by the page, every ACK is shown, and no request fails', async () => {
    await go(AT['service'] ?? '');
    for (const node of [BLUE, RED]) {
      await page.getByRole('combobox', { name: 'Add a target' }).selectOption(node);
    }
    await weight(WHITE).fill('0');
    await weight(BLUE).fill('8');
    await weight(RED).fill('2');
    await page.getByText('This changes 1 proxy:').waitFor();
    await page.getByText(`virtualNode/${GATEWAY}`).click();
    await page
      .getByRole('region', { name: /Exact difference/ })
      .first()
      .waitFor();
    const traffic = startTraffic(color.mesh.url, 300);
    await expect.poll(() => traffic.tally().requests).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(/1 of 1 ACKs · All ACKs after/).waitFor();
    const before = traffic.cut(2000);
    await expect.poll(() => traffic.tally().requests).toBeGreaterThanOrEqual(2000);
    const { failures, errors, colors, requests } = await traffic.stop();
    expect([before.failures + failures, errors]).toEqual([0, {}]);
    expect(isByChance(colors['blue'] ?? 0, requests, 0.8)).toBe(true);
    expect(colors['white'] ?? 0).toBe(0);
  });

  test('the map follows', async () => {
    await go(AT['map'] ?? '');
    const line = page.locator(`[data-line="virtualService/${TELLER}>virtualNode/${BLUE}"]`);
    await expect.poll(() => line.textContent()).toContain('80 %');
  });

  test('the shares of requests on the map are within chance of what the applications counted', async () => {
    await go(AT['map'] ?? '');
    const traffic = startTraffic(color.mesh.url, 200);
    // The rates of slots of five seconds, as the page shows them: a rate below ten has a digit behind the point, another one none.
    const slots = new Map<string, readonly [number, number]>();
    const shown = (index: 0 | 1): number =>
      [...slots.values()].reduce((sum, slot) => sum + 5 * slot[index], 0);
    await expect
      .poll(
        async () => {
          const [blue = NaN, red = NaN] = (await page.evaluate<string[]>(RATES(BLUE, RED))).map((text) =>
            Number(/([\d.]+)\/s/.exec(text)?.[1] ?? NaN),
          );
          if (blue + red > 0) slots.set(`${blue} ${red}`, [blue, red]);
          return slots.size >= 3 && shown(0) + shown(1) >= 2000;
        },
        { timeout: 400_000, interval: 500 },
      )
      .toBe(true);
    const { colors, failures, requests } = await traffic.stop();
    expect(failures).toBe(0);
    const counted = (colors['blue'] ?? 0) / requests;
    expect(isByChance(colors['blue'] ?? 0, requests, 0.8)).toBe(true);
    const all = shown(0) + shown(1);
    const { min, max } = chanceBounds(Math.round(all), counted);
    // Each number is rounded by half a request a second at most.
    const rounded = 2.5 * slots.size;
    expect(shown(0)).toBeGreaterThanOrEqual(min - rounded);
    expect(shown(0)).toBeLessThanOrEqual(max + rounded);
  }, 600_000);

  test('undo is one click, and gives the old weights as a new version', async () => {
    await go(AT['service'] ?? '');
    await weight(BLUE).fill('5');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(/All ACKs after/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => weight(BLUE).inputValue()).toBe('8');
    await color.mesh.inSync();
    const { colors, requests } = await color.send(500);
    expect(isByChance(colors['blue'] ?? 0, requests, 0.8)).toBe(true);
  });

  test('an editor never begins empty, and a save wipes nothing, while the code of texts is still loaded', async () => {
    const parts = /\/assets\/part-/;
    await page.route(parts, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await route.continue();
    });
    await page.reload();
    await go(AT['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    expect(await page.getByRole('textbox', { name: 'Specification' }).inputValue()).toContain('backends:');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.unroute(parts);
  });

  test('a NACK is shown in the words of Envoy, on the page of the change, of the proxies and of the problems', async () => {
    await go(AT['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    const good = await editor.inputValue();
    await editor.fill(`${good}logging:\n  accessLog:\n    file:\n      path: /no/such/folder/access.log\n`);
    await page.getByText('The API accepts this.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/refused it:/).waitFor();
    await page
      .getByText(/no\/such\/folder\/access\.log/)
      .last()
      .waitFor();
    await go(AT['proxies'] ?? '');
    await page.getByRole('row', { name: /colorgateway-vn.*Refused/s }).waitFor();
    await go(AT['problems'] ?? '');
    await page.getByText('refused its configuration').waitFor();
    await go(AT['changes'] ?? '');
    await page.getByRole('button', { name: 'Revert' }).first().click();
    await color.mesh.inSync();
    await go(AT['problems'] ?? '');
    await page.getByText('No problems.').waitFor();
  });

  test('a request is explained by the form', async () => {
    await go(AT['explain'] ?? '');
    await expect.poll(() => page.getByLabel('URL').inputValue()).toContain(TELLER);
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('The request is sent to').waitFor();
    await page.getByText(`cds_egress_default_${BLUE}_http_9080`).first().waitFor();
  });

  test('a proxy has its listeners, routes, clusters and endpoints', async () => {
    await go(AT['proxy'] ?? '');
    for (const name of ['lds_egress_0.0.0.0_15001', `cds_egress_default_${BLUE}_http_9080`]) {
      await page.getByText(name).first().waitFor();
    }
    await page.getByRole('cell', { name: 'RouteConfiguration' }).waitFor();
  });

  test('a control plane that goes away is told, and the page goes on when it is back', async () => {
    await go(AT['map'] ?? '');
    await color.killControlPlane();
    await page.getByText('The control plane does not answer.').waitFor();
    await page.locator(`[data-key="virtualNode/${BLUE}"]`).waitFor();
    // A page that was opened meanwhile reads its contents when they can be read.
    await go(AT['changes'] ?? '');
    await page.getByText(/This could not be read/).waitFor();
    await color.restartControlPlane();
    await page.getByText('The control plane does not answer.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Revert' }).first().waitFor();
    await go(AT['map'] ?? '');
    await page.locator(`[data-key="virtualNode/${BLUE}"]`, { hasText: '1 proxy' }).waitFor();
  });

  test('no script failed, and the content security policy refused nothing', () => {
    expect(browser.faults).toEqual([]);
  });
});

/** A script that returns the texts of the lines from the virtual service to these nodes, at one moment. */
function RATES(...nodes: readonly string[]): string {
  const selectors = nodes.map((node) => `[data-line="virtualService/${TELLER}>virtualNode/${node}"]`);
  return `${JSON.stringify(selectors)}.map((each) => document.querySelector(each)?.textContent ?? '')`;
}
