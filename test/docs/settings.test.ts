import { expect, test } from 'vitest';
import { readAgentSettings } from '../../agent/settings/settings.ts';
import { SOURCES } from '../../proxyinit/settings/sources.ts';
import { cells, page, section } from './pages.ts';

// docs/settings.md against the settings that the programs read. The control plane's are in flags.program.test.ts.

const PAGE = page('docs/settings.md');
const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
};

const OLDEST_NAME = {
  APPMESH_VIRTUAL_NODE_NAME: NEEDED.APPMESH_RESOURCE_ARN,
  APPMESH_XDS_ENDPOINT: NEEDED.APPMESH_XDS_ENDPOINT,
};

/** Returns the names between backticks. */
const named = (cell: string | undefined, name: RegExp): readonly string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code).filter((code) => name.test(code));

const rows = (lines: readonly string[]): readonly (readonly string[])[] =>
  lines.filter((line) => line.startsWith('| `')).map(cells);

/** Returns the lines below a second-level heading, with those of all headings in it. */
function chapter(heading: string): readonly string[] {
  const lines = PAGE.text.split('\n');
  const after = lines.slice(lines.indexOf(heading) + 1);
  return after.slice(
    0,
    after.findIndex((line) => line.startsWith('## ')),
  );
}

/**
 * Returns the variables that the agent reads. It stops at the first one that names its resource, so the test sets the last of these. It reads some
 * only where it calls AWS.
 */
function variablesRead(): readonly string[] {
  const names = new Set<string>();
  const env = new Proxy<Record<string, string | undefined>>(
    { ...OLDEST_NAME, OTEL_TRACES_EXPORTER: 'xray' },
    {
      get(target, name) {
        names.add(String(name));
        return target[String(name)];
      },
    },
  );
  readAgentSettings(env);
  return [...names];
}

/** Returns whether the agent rejects a variable because its feature is refused for good. */
function isUnsupported(name: string): boolean {
  try {
    readAgentSettings({ ...NEEDED, [name]: 'true' });
    return false;
  } catch (error) {
    return /is not supported: /.test(String(error));
  }
}

test('every variable of the agent is on the page, and the page has no other', () => {
  const documented = rows(chapter('## `daybreak agent`')).flatMap(([variables]) =>
    named(variables, /^[A-Z_0-9]+$/),
  );
  const read = variablesRead().filter((name) => !isUnsupported(name));
  const elsewhere = Object.keys(ON_OTHER_LINES);
  expect(read.filter((name) => !documented.includes(name) && !elsewhere.includes(name)).toSorted()).toEqual(
    [],
  );
  expect(documented.filter((name) => !read.includes(name))).toEqual([]);
});

/** Variables that the agent reads and that have no row of their own: the row that names each. */
const ON_OTHER_LINES: Readonly<Record<string, string>> = {
  PATH: 'DAYBREAK_ENVOY',
  TMPDIR: 'DAYBREAK_RUN_DIR',
};

test('every setting of proxyinit is on the page with its App Mesh names, and the page has no other', () => {
  const documented = rows(section(PAGE, '## `daybreak proxyinit`')).flatMap(
    ([flags, variables, properties]) => {
      const [appmesh, property] = [named(variables, /^[A-Z_0-9]+$/), named(properties, /^\w+$/)];
      return named(flags, /^--/).map((flag, index) => ({
        flag: flag.slice(2),
        appmesh: appmesh[index],
        property: property[index],
      }));
    },
  );
  // This flag holds all properties, so it is not the source of a single setting.
  const whole = { flag: 'proxy-configuration', appmesh: undefined, property: undefined };
  const sources = Object.values(SOURCES).map(
    ({ flag, appmesh, property }: { flag: string; appmesh?: string; property?: string }) => ({
      flag,
      appmesh,
      property,
    }),
  );
  const byFlag = (all: typeof sources) => all.toSorted((a, b) => (a.flag < b.flag ? -1 : 1));
  expect(byFlag(documented)).toEqual(byFlag([...sources, whole]));
});
