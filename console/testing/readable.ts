import type { Page } from 'playwright-core';

/**
 * Returns what a person cannot read on a page, one line each: text that an ancestor cuts off and that no scrolling shows, a hint that is longer than
 * its field, the link of the current page outside of the window, and a page that is wider than the window.
 */
export function unreadable(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(SCRIPT);
}

const SCRIPT = `(() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push('the page is wider than the window by ' + wide + ' px');

  const current = document.querySelector('nav [aria-current]');
  const place = current?.getBoundingClientRect();
  if (place && (place.left < 0 || place.right > innerWidth)) {
    found.push('the link of the current page is out of view: ' + current.textContent);
  }

  const pen = document.createElement('canvas').getContext('2d');
  for (const field of document.querySelectorAll('input[placeholder]')) {
    const style = getComputedStyle(field);
    pen.font = style.font;
    // A search field has a button to empty it.
    const button = field.type === 'search' ? 16 : 0;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - button;
    if (pen.measureText(field.placeholder).width > room) found.push('a hint is cut off: ' + field.placeholder);
  }

  // Pictures show a part of what they have, and shorten their texts themselves.
  const hidden = 'svg, option, .visually-hidden, .skip, details:not([open]) > :not(summary)';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.data.trim() === '' || text.parentElement.closest(hidden) !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    for (let each = text.parentElement; each !== null; each = each.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(each);
      const outer = each.getBoundingClientRect();
      // Scrolling shows the rest of an element, and of the elements in it.
      if ([overflowX, overflowY].some((way) => way === 'auto' || way === 'scroll')) break;
      const cut = (way, from, to, start, end) => way !== 'visible' && (from < start - 1 || to > end + 1);
      if (cut(overflowX, box.left, box.right, outer.left, outer.right) || cut(overflowY, box.top, box.bottom, outer.top, outer.bottom)) {
        found.push('a text is cut off: ' + text.data.trim().slice(0, 80));
        break;
      }
      if (position === 'fixed') break;
    }
  }
  return found;
})()`;
