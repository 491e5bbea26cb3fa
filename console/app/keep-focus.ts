/**
 * Keeps the place of the keyboard for as long as the page is open. A view that loses the element with the focus, or disables it, e.g. a button whose work is
 * on its way, would leave the next Tab at the top of the page. The focus goes to the nearest part around the element that can have it (`tabIndex`), and
 * returns if the element is enabled again. A part with an `id` may have been made anew elsewhere.
 */
export function keepFocus(root: HTMLElement): void {
  /** The element that had the focus, and those around it, from the inside out. */
  let around: readonly HTMLElement[] = [];
  /** The part that has the focus in its place. */
  let standIn: HTMLElement | undefined;
  root.addEventListener('focusin', ({ target }) => {
    if (target === standIn) return;
    around = target instanceof HTMLElement || target instanceof SVGElement ? pathOf(target, root) : [];
    standIn = undefined;
  });
  root.addEventListener('focusout', ({ target }) => {
    // A click beside everything takes the focus away on purpose, from an element that stays. A removed one is gone only after its event.
    queueMicrotask(() => {
      if (document.activeElement === document.body && canKeep(around[0]) && around[0] === target) around = [];
    });
  });
  const keep = (): void => {
    const { activeElement } = document;
    const [lost, ...parts] = around;
    if (lost === undefined) return;
    if (canKeep(lost)) {
      if (standIn !== undefined && activeElement === standIn) lost.focus({ preventScroll: true });
      return;
    }
    if (activeElement !== document.body && activeElement !== lost) return;
    standIn = parts.flatMap((part) => (isIn(part) ? part : again(part)) ?? [])[0] ?? again({ id: 'content' });
    standIn?.focus({ preventScroll: true });
  };
  new MutationObserver(keep).observe(root, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled'],
  });
}

/** The element and the parts around it that can have the focus by a script. */
function pathOf(element: Element, root: Element): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let each: Element | null = element; each !== null && each !== root; each = each.parentElement) {
    if (each === element || each.hasAttribute('tabindex')) path.push(each as HTMLElement);
  }
  return path;
}

function isIn(element: HTMLElement): boolean {
  return element.isConnected;
}

/** Whether an element may have the focus. */
function canKeep(element: HTMLElement | undefined): boolean {
  return element !== undefined && isIn(element) && !element.matches(':disabled');
}

function again({ id }: { readonly id: string }): HTMLElement | undefined {
  return id === '' ? undefined : (document.getElementById(id) ?? undefined);
}
