// Files that `npm run check` does not check for the rules of docs/contributing/style.md.

/** Paths, and the reason for each. */
export const EXCEPT = new Map([
  ['controlplane/store/postgres/step-1.ts', 'is a released migration'],
  ['docs/contributing/style.md', 'quotes the words'],
  ['scripts/language/find.mjs', 'has the words'],
  ['scripts/language/find.test.ts', 'has examples'],
  ['test/proxyinit/machine.ts', 'has the users of a passwd file'],
]);
