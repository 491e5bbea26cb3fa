import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const LIMIT_MS = 120_000;

/** Returns the path of Debian's Chromium; undefined if it is not installed. */
export function chromiumPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'chromium')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser, and what went wrong in its pages. */
export type TestBrowser = {
  /** Opens a page. `size`: of its window; default 1280 × 800. */
  open(url: string, options?: PageOptions): Promise<Page>;
  /** Errors of scripts, and what the content security policy refused, since the start. */
  readonly faults: string[];
  close(): Promise<void>;
};

/** Options of a page. */
export type PageOptions = {
  readonly size?: { readonly width: number; readonly height: number };
  readonly dark?: boolean;
  readonly locale?: string;
  /** Whether it trusts any certificate. Default: no. */
  readonly trustsAny?: boolean;
};

/** Starts Chromium without a window. Each page has cookies of its own. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('chromium is not installed');
  // Tests run as root, where Chromium has no sandbox.
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
    timeout: LIMIT_MS,
  });
  const faults: string[] = [];
  return {
    faults,
    async open(url, options = {}) {
      const { size = { width: 1280, height: 800 }, dark = false, locale = 'en-US' } = options;
      const context = await browser.newContext({
        viewport: size,
        colorScheme: dark ? 'dark' : 'light',
        locale,
        ignoreHTTPSErrors: options.trustsAny ?? false,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      context.setDefaultTimeout(LIMIT_MS);
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}

// As text, because the types of the package need those of browsers.
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type AxeResults = {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};

/** Waits until the page has painted what it had to paint when this was called. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(TWO_FRAMES);
}

const TWO_FRAMES =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))';

/** The end of all transitions. Animations without an end do not count. */
const AT_REST = `Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
  .map(({ finished }) => finished))`;

/** Returns the barriers that axe finds on a page, one line each. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // Axe measures colors as they are, so nothing may be on its way.
  await painted(page);
  await page.evaluate(AT_REST);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
