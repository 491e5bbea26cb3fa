import { join } from 'node:path';
import { foreground } from '../foreground.mjs';

/** @import { Workshop } from '../workshop.mjs' */

/** `npm run demo`: the color application on real hosts. @param {Workshop} workshop @param {readonly string[]} args */
export function demo(workshop, args) {
  return foreground(workshop, 'node', [join(workshop.root, 'demo/main.ts'), ...args]);
}

/** `npm run bench -- NAME`: what something costs. @param {Workshop} workshop @param {readonly string[]} args */
export function bench(workshop, args) {
  return foreground(workshop, 'node', [join(workshop.root, 'bench/main.ts'), ...args]);
}

/** `npm run package`: the command as an npm package. @param {Workshop} workshop @param {readonly string[]} args */
export function pack(workshop, args) {
  return foreground(workshop, 'node', [join(workshop.root, 'images/package.ts'), ...args]);
}
