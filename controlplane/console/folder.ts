import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where the built pages may be: beside the bundled programs (this code is in their entry file or in `parts/`), or, when the control plane runs from its
 * sources, where `npm run setup` builds them.
 */
const PLACES = ['console', '../console', '../../.daybreak/console'];

/** The page that all views are in. */
export const CONSOLE_PAGE = 'index.html';

/** The folder below the console's with files that never change, because their names contain a hash of their content. */
export const CONSOLE_ASSETS = 'assets';

/** Returns the folder of the console's built pages; undefined if they were not built (`npm run setup` builds them). */
export function consoleFolder(): string | undefined {
  return PLACES.map((place) => join(import.meta.dirname, place)).find((folder) =>
    existsSync(join(folder, CONSOLE_ASSETS)),
  );
}
