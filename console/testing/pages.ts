import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildConsole } from '../../scripts/console/build.mjs';
import { painted } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The windows in which each page is tried: of a desk and of a telephone, in pixels. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const;

/** Builds the pages where a control plane that runs from the sources looks for them. */
export async function buildPages(): Promise<void> {
  await buildConsole(join(ROOT, '.daybreak/console'));
}

/** Returns the pages of the console for a mesh, each with its address behind the `#`. */
export function addresses(mesh: string, service: string, node: string): Readonly<Record<string, string>> {
  const at = (...steps: readonly string[]): string =>
    `#/${[mesh, ...steps].map(encodeURIComponent).join('/')}`;
  return {
    map: at('map'),
    chosen: at('map', `virtualService/${service}`),
    service: at('service', service),
    canaries: at('canaries'),
    proxies: at('proxies'),
    proxy: at('proxies', 'virtualNode', node),
    explain: at('explain'),
    resources: at('resources'),
    resource: at('resources', `virtualNode/${node}`),
    create: `${at('resources')}?new=1`,
    changes: at('changes'),
    problems: at('problems'),
    identity: at('identity'),
  };
}

/**
 * Goes to a page of the console and waits until it shows its contents. From one page to the other the document stays, and with it the heading
 * of the page before, until the next frame.
 */
export async function goTo(page: Page, base: string, address: string): Promise<void> {
  await page.goto(`${base}/console/${address}`);
  await painted(page);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  await page.getByText('Loading …').first().waitFor({ state: 'detached' });
}
