import { join } from 'node:path';
import { foreground } from '../foreground.mjs';

/** @import { Context } from '../context.mjs' */

/** `npm run demo`: the color application on real hosts. @param {Context} context @param {readonly string[]} args */
export function demo(context, args) {
  return foreground(context, 'node', [join(context.root, 'demo/main.ts'), ...args]);
}

/** `npm run bench -- NAME`: one of the benches. @param {Context} context @param {readonly string[]} args */
export function bench(context, args) {
  return foreground(context, 'node', [join(context.root, 'bench/main.ts'), ...args]);
}

/** `npm run package`: the command as an npm package. @param {Context} context @param {readonly string[]} args */
export function pack(context, args) {
  return foreground(context, 'node', [join(context.root, 'images/package.ts'), ...args]);
}
