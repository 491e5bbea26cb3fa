// Writes the picture of the console in the README: the map of the color application on real Envoys, under traffic. As root, after `npm run setup`:
//
//   DAYBREAK_ENVOY=PATH node console/testing/picture.ts docs/console.png
import { TELLER } from '../../demo/color-model.ts';
import { startTraffic } from '../../demo/traffic.ts';
import { openColorFixture } from '../../test/testing/color-lab.ts';
import { startBrowser } from './browser.ts';

/** Until the first figures are on the map: two slots of five seconds and the time to ask for them. */
const FIGURES_MS = 16_000;

const [, , file = 'docs/console.png'] = process.argv;
const color = await openColorFixture('picture', { 'colorteller-blue-vn': 8, 'colorteller-red-vn': 2 });
const browser = await startBrowser();
try {
  const traffic = startTraffic(color.mesh.url, 200);
  const address = `${color.mesh.controlPlane.endpoint}/console/#/default/map`;
  const page = await browser.open(address, { size: { width: 1440, height: 700 } });
  await page.locator(`[data-key="virtualService/${TELLER}"]`).waitFor();
  await page.waitForTimeout(FIGURES_MS);
  await page.locator('[data-key="virtualNode/colorgateway-vn"]').click();
  await page.getByRole('button', { name: /Latencies/ }).click();
  await page.getByRole('columnheader', { name: 'p99' }).waitFor();
  // The panel takes a part of the window: the whole map comes into the rest.
  await page.getByRole('button', { name: 'Fit the map to the window' }).click();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.screenshot({ path: file });
  await traffic.stop();
} finally {
  await browser.close();
  await color.close();
}
