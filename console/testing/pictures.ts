// Writes a picture of each page of the console, in a wide and a narrow window, light, dark and in forced colors, to look at. After `npm run setup`:
//
//   node console/testing/pictures.ts FOLDER [LANGUAGE]
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { appMeshClient, createColorModel, TELLER, updateWeights } from '../../demo/color-model.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { startReportingAgent } from '../../test/testing/reporting-agent.ts';
import { startBrowser } from './browser.ts';
import { createHostile, HOSTILE } from './hostile-mesh.ts';
import { addresses, buildPages, goTo, SIZES } from './pages.ts';

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const CALLER = `spiffe://apps.example/account/000000000000/mesh/default/virtualNode/colorteller-vn`;
/** Until the first figures are on the map: two slots of five seconds and the time to ask for them. */
const FIGURES_MS = 16_000;

/** The actions on a page before its picture is taken, by the name of the picture. */
const DEEDS: Readonly<
  Record<string, { readonly at: string; readonly act: (page: Page) => Promise<unknown> }>
> = {
  'service-moved': {
    at: 'service',
    async act(page) {
      await page.getByRole('spinbutton').first().fill('6');
      await page.waitForTimeout(1500);
    },
  },
  explained: {
    at: 'explain',
    async act(page) {
      await page.locator('form button.first').click();
      await page.waitForTimeout(1000);
    },
  },
  edited: {
    at: 'resource',
    async act(page) {
      await page.locator('.card .body > .row .button').first().click();
      await page.locator('textarea').fill('listeners: [{portMapping: {}}]');
      await page.waitForTimeout(1500);
    },
  },
  'revert-asked': {
    at: 'changes',
    async act(page) {
      await page.locator('.change').nth(1).locator('button').click();
      await page.waitForTimeout(1000);
    },
  },
};

const nothing = async (): Promise<void> => {};

const [, , folder = 'pictures', locale = 'en'] = process.argv;
await mkdir(folder, { recursive: true });
await buildPages();
await using open = new AsyncDisposableStack();
const data = await mkdtemp(join(tmpdir(), 'daybreak-pictures-'));
open.defer(() => rm(data, { recursive: true, force: true }));
const plane = await startLocalControlPlane(['--data', join(data, 'model')]);
open.defer(async () => {
  await plane.stop();
});
const client = appMeshClient(plane.api);
await createColorModel(client, { [BLUE]: 8, [RED]: 2 });
await createHostile(client);
for (const weight of [1, 2, 3]) await updateWeights(client, { [BLUE]: 8 - weight, [RED]: weight });
const agent = startReportingAgent({
  ads: plane.ads,
  node: `mesh/default/virtualNode/${GATEWAY}`,
  state: { refusals: [{ port: 9080, caller: CALLER, rule: 'none', count: 5 }] },
  counts: () =>
    [BLUE, RED].map((node) => {
      return { name: `cds_egress_default_${node}_http_9080`, requests: 50, ok: 48, errors: 2, active: 0 };
    }),
});
open.defer(() => agent.close());
const browser = await startBrowser();
open.defer(() => browser.close());

const color = addresses('default', TELLER, GATEWAY);
const hostile = addresses(HOSTILE, HOSTILE, HOSTILE);
const views = [
  ...Object.entries(color).map(([name, at]) => ({ name, at, act: nothing })),
  ...Object.entries(DEEDS).map(([name, { at, act }]) => ({ name, at: color[at] ?? '', act })),
  ...['map', 'resource', 'problems', 'service'].map((name) => {
    return { name: `hostile-${name}`, at: hostile[name] ?? '', act: nothing };
  }),
];
const looks = [
  ['light', { colorScheme: 'light', forcedColors: 'none' }],
  ['dark', { colorScheme: 'dark', forcedColors: 'none' }],
  ['forced', { colorScheme: 'dark', forcedColors: 'active' }],
] as const;
for (const size of SIZES) {
  for (const [scheme, media] of looks) {
    // A page of its own: texts that are not saved outlive their views.
    const page = await browser.open('about:blank', { size, locale });
    await page.emulateMedia(media);
    await goTo(page, plane.api, color['map'] ?? '');
    await page.waitForTimeout(FIGURES_MS);
    for (const { name, at, act } of views) {
      await goTo(page, plane.api, at);
      await act(page);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${name}-${size.width}-${scheme}.png`), fullPage: true });
    }
    await page.context().close();
  }
}
process.stdout.write(`${views.length * SIZES.length * looks.length} pictures in ${folder}\n`);
