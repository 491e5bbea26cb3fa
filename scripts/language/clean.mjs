// The files and folders that were passed over, and have to stay as docs/contributing/style.md wants them.

/** Paths of files and folders, in alphabetical order. A folder includes all that is below it. */
export const CLEAN = [
  '.ci',
  '.devcontainer',
  '.github',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'README.md',
  'SECURITY.md',
  'agent',
  'cli/inspect',
  'cli/token',
  'common',
  'controlplane/api',
  'controlplane/audit',
  'controlplane/auth',
  'controlplane/backup',
  'controlplane/bounded-warnings.ts',
  'controlplane/config-dump',
  'controlplane/connections',
  'controlplane/http',
  'controlplane/main.ts',
  'controlplane/metrics',
  'controlplane/model',
  'controlplane/settings.ts',
  'controlplane/status',
  'controlplane/stopping.ts',
  'controlplane/store',
  'controlplane/testing',
  'controlplane/tls',
  'demo/apps',
  'docs/architecture.md',
  'docs/contributing',
  'docs/glossary.md',
  'images',
  'scripts/language',
  'scripts/tasks',
  'test/docs',
];

/** Files with words that have to stay, and why. */
export const EXCEPT = new Map([
  ['controlplane/store/postgres/step-1.ts', 'is a released migration'],
  ['docs/contributing/style.md', 'quotes what it rules out'],
  ['scripts/language/find.mjs', 'has the words'],
  ['scripts/language/find.test.ts', 'has examples'],
]);
