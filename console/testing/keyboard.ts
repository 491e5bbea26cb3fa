import type { Locator, Page } from 'playwright-core';

/** A user without a mouse. */
export type Keyboard = {
  /** Presses keys one after another. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  /** Presses Tab until an element has the focus. */
  readonly tabTo: (element: Locator) => Promise<void>;
  /** Returns where the focus was lost: after which key, and the page. An open page has to give it to an element in every frame. */
  readonly losses: () => Promise<readonly string[]>;
};

/** How many stops of the Tab key a page may have. */
const STOPS = 150;

/** Begins to watch the focus of a page. It has to have the focus in an element, and must not be loaded anew afterwards. */
export async function startKeyboard(page: Page): Promise<Keyboard> {
  await page.evaluate(WATCH);
  const press: Keyboard['press'] = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  return {
    press,
    type: (text) => page.keyboard.type(text),
    async tabTo(element) {
      await element.first().waitFor();
      for (let stop = 0; stop < STOPS; stop += 1) {
        if (await hasFocus(element)) return;
        await press('Tab');
      }
      throw new Error(`the Tab key does not reach ${String(element)}`);
    },
    losses: () => page.evaluate<string[]>('globalThis.focusLosses'),
  };
}

/** Returns whether an element has the focus. False while it is not on the page. */
export async function hasFocus(element: Locator): Promise<boolean> {
  return (await element.and(element.page().locator(':focus')).count()) > 0;
}

/** Looks at the focus in each frame. */
const WATCH = `(() => {
  const losses = [];
  let last = 'the start';
  addEventListener('keydown', ({ key }) => { last = key + ' on ' + document.activeElement.outerHTML.slice(0, 120); }, true);
  const look = () => {
    // After its last stop, the Tab key leaves the page.
    const isLost = document.activeElement === document.body && !last.startsWith('Tab ');
    if (isLost && losses.at(-1) !== last) losses.push(last);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  globalThis.focusLosses = losses;
})()`;
