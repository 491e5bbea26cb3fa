const WALK = 'test/identity/walk.net.test.ts';
const FILES = 'test/docs/walks/files.program.test.ts';
const COMPOSE = 'test/docker/compose.net.test.ts';
const KUBERNETES = 'test/long/kubernetes/kubernetes.ts';
const CI = 'why not: CI runs these commands, or they are parts of those';

/** Programs with which the blocks of commands begin. */
export const PROGRAMS =
  /^(?:\((?:set)|(?:aws|cat|daybreak|docker|docker-compose|eval|git|helm|images\/build\.sh|jq|kubectl|mv|node|npm|openssl|spire-server) )/;

/** A line that shows the form of a command, with its arguments in brackets or as alternatives. */
export const USAGE = /^daybreak .*(?:\[|\bFILE\b|\||…)|^daybreak [a-z ]+ [a-z|]+$/;

/**
 * How each block of commands of a page begins, and the test that runs it or, if none does, why. docs/migrate.md has a list of its own, and
 * cli/commands-page.program.test.ts runs the blocks of commands with their outputs.
 */
export const COMMAND_BLOCKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    'npm run demo': 'test/docs/reference.program.test.ts',
    'npm run setup': 'test/docs/walks/readme.net.test.ts',
    'images/build.sh': COMPOSE,
  },
  'CONTRIBUTING.md': { 'npm run setup': CI },
  'bench/README.md': { 'git clone': "why not: it takes Amazon's sources, which a test does not download" },
  'docs/beta-api.md': {
    'aws appmesh': 'why not: it takes a command line of 2018; controlplane/api/beta/ has tests of each call',
  },
  'docs/commands.md': {
    'eval "$(daybreak login': 'test/identity/login.net.test.ts',
    'daybreak completion bash >': 'cli/completion/completion.test.ts',
    'daybreak controlplane --data DIR': 'test/docs/walks/readme.net.test.ts',
  },
  'docs/compose.md': {
    'npm run setup': COMPOSE,
    'images/build.sh --only prometheus': 'test/long/compose.ts',
  },
  'docs/contributing/add-a-command.md': { 'npm run test:unit': CI },
  'docs/contributing/add-a-field.md': { 'npm run generate': CI },
  'docs/contributing/add-a-translation-case.md': { 'npm run test:unit': CI },
  'docs/contributing/add-a-variable.md': { 'npm run test:unit': CI },
  'docs/contributing/style.md': { 'node scripts/language/check.mjs': CI },
  'docs/credentials.md': { 'aws --profile mesh': 'test/identity/login.net.test.ts' },
  'docs/identity.md': {
    'openssl rand': FILES,
    'daybreak apply -f permissive.yaml': WALK,
    'daybreak apply -f strict.yaml': WALK,
    'daybreak apply -f audit.yaml': WALK,
  },
  'docs/kubernetes.md': {
    'openssl req': 'test/docs/walks/kubernetes.program.test.ts',
    'images/build.sh': KUBERNETES,
    'helm upgrade': KUBERNETES,
    'cat /etc/ssl': KUBERNETES,
    'kubectl create': KUBERNETES,
  },
  'docs/metrics.md': { 'jq -c': 'test/docs/monitoring.net.test.ts' },
  'docs/proxyinit.md': { '(set -a;': 'test/docs/walks/migrate.net.test.ts' },
  'docs/spire.md': { 'spire-server entry create': 'test/tls/testing/spire.ts' },
  'docs/upgrades.md': { 'mv /var/lib': 'test/docs/walks/upgrades.program.test.ts' },
};
