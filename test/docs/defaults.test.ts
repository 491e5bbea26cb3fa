import { describe, expect, test } from 'vitest';
import { readAgentSettings } from '../../agent/settings/settings.ts';
import { readProxyinitSettings, readRunSettings } from '../../proxyinit/settings/settings.ts';
import { cells, page } from './pages.ts';

// The column `default` of docs/settings.md: a setting with its default as its value means the same as without the setting.

const LINES = page('docs/settings.md').text.split('\n');
const AGENT = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
};

/** A setting and its default, as the page has them. */
type Row = readonly [name: string, value: string];

/** Returns the settings of the tables below a chapter whose default is a value, and not a description in words. */
function rowsOf(chapter: string, name: RegExp, columns: number): readonly Row[] {
  const after = LINES.slice(LINES.indexOf(chapter) + 1);
  const end = after.findIndex((line) => line.startsWith('## '));
  return after
    .slice(0, end === -1 ? undefined : end)
    .filter((line) => line.startsWith('| `'))
    .map(cells)
    .filter((row) => row.length === columns)
    .flatMap((row) => {
      const [names = '', value = ''] = [row[0], row[columns === 4 ? 3 : 1]];
      // `else` joins older names of one setting; their default is described only once.
      if (/ else /.test(names)) return [];
      const settings = [...names.matchAll(name)].map(([, each = '']) => each);
      const defaults = value.split(', ').map(literal);
      return settings.length === defaults.length
        ? settings.flatMap((each, index) => {
            const text = defaults[index];
            return text === undefined ? [] : [[each, text] as const];
          })
        : [];
    });
}

/** Returns the value that a cell states: a number, or one text between backticks; undefined for words such as `none`. */
function literal(text: string): string | undefined {
  return /^(?:(-?\d[\d.]*)|`([^`]+)`|(auto|true|false|protobuf))(?: seconds)?$/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
}

describe('the agent', () => {
  /** Rows that say more than the default of the agent. */
  const OTHERS: Readonly<Record<string, string>> = {
    APPNET_AGENT_ADMIN_UDS_PATH:
      'a socket at a path that is set has to be possible, and at the default path not',
    APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S: 'the default of -envoyReadiness; the agent has another one',
  };
  /** The variables that turn on the feature of other variables, by the names of those: a variable of a feature that is off is not read. */
  const SWITCHES: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
    [/^STATSD_/, { ENABLE_ENVOY_DOG_STATSD: '1' }],
    [/XRAY_(?:DAEMON|SEGMENT)/, { ENABLE_ENVOY_XRAY_TRACING: '1' }],
    [/^(?:DATADOG_|DD_)/, { ENABLE_ENVOY_DATADOG_TRACING: '1' }],
    [/^JAEGER_/, { ENABLE_ENVOY_JAEGER_TRACING: '1' }],
    [/^APPNET_(?:ENVOY_LOG_NAME|AGENT_MAX)/, { APPNET_ENVOY_LOG_DESTINATION: '/var/log' }],
    [/^DAYBREAK_(?:STATSD|OTLP\w*|XRAY)_PORT/, { DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp,xray' }],
    [/^OTEL_TRACES_SAMPLER/, { OTEL_TRACES_EXPORTER: 'otlp' }],
    [/^OTEL_EXPORTER_ZIPKIN/, { OTEL_TRACES_EXPORTER: 'zipkin' }],
    [/^(?:OTEL_METRIC|OTEL_EXPORTER_OTLP_METRICS|DAYBREAK_EMF)/, { OTEL_METRICS_EXPORTER: 'otlp,emf' }],
  ];
  const rows = rowsOf('## `daybreak agent`', /`([A-Z][A-Z_0-9]+)`/g, 3).filter(([name]) => !(name in OTHERS));

  test('most rows have a default that is a value', () => expect(rows.length).toBeGreaterThan(40));

  test.each(rows)('%s: the default is %s', (name, value) => {
    const [, enabled = {}] = SWITCHES.find(([names]) => names.test(name)) ?? [];
    const env = { ...AGENT, ...enabled };
    const own = value.replace('MESH/NAME', 'apps/b');
    expect(readAgentSettings({ ...env, [name]: own })).toEqual(readAgentSettings(env));
  });
});

describe('proxyinit', () => {
  const given = (flags: Readonly<Record<string, string>>) => ({
    flags,
    env: {},
    properties: {},
    problems: [],
    nameservers: [],
  });
  const read = (flags: Readonly<Record<string, string>>) => ({
    ...readProxyinitSettings(given(flags)),
    ...readRunSettings(given(flags)),
  });
  const rows = rowsOf('## `daybreak proxyinit`', /`--([a-z0-9-]+)`/g, 4);

  test('most rows have a default that is a value', () => expect(rows.length).toBeGreaterThan(8));

  test.each(rows)('--%s: the default is %s', (flag, value) => {
    expect(read({ [flag]: value })).toEqual(read({}));
  });
});
