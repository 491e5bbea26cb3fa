import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { ProxyStatus, Status } from '../controlplane/status/status.ts';
import { createClient } from './client/client.ts';
import { NO_CREDENTIALS } from './testing/control-plane.ts';
import { describeStatus, status } from './status.ts';
import { SHORT_FORM } from '../common/testing/short-form.ts';

const proxy: ProxyStatus = {
  resource: 'mesh/default/virtualNode/colorgateway-vn',
  instance: '0a1b2c3d-0000-4000-8000-000000000000',
  agent: '0.1.0',
  envoy: 'envoy 1.40.0',
  peer: '198.18.0.3:40000',
  variant: 'delta',
  connectedAt: '2026-11-21T12:00:00.000Z',
  state: 'in sync',
  types: [
    {
      type: 'Cluster',
      resources: 4,
      sentVersion: undefined,
      sentAt: undefined,
      version: 'v',
      acknowledgedAt: '2026-11-21T12:00:00.100Z',
      refusedVersion: undefined,
      refusedAt: undefined,
      error: undefined,
    },
  ],
  problems: [],
};

const [type] = proxy.types;

test('shows one line per proxy, in columns', () => {
  const plain = { ...proxy, instance: '', agent: '', state: 'updating', envoy: 'envoy 1.37.0' } as const;
  const sent = {
    ...plain,
    types: type === undefined ? [] : [{ ...type, sentAt: '2026-11-21T12:00:01.000Z' }],
  };
  expect(describeStatus({ revision: 7, proxies: [proxy, sent] })).toBe(
    [
      'The model is at revision 7.',
      '',
      'RESOURCE                                  INSTANCE  STATE     ENVOY         AGENT  PEER              CONNECTED SINCE           RESOURCES',
      'mesh/default/virtualNode/colorgateway-vn  0a1b2c3d  in sync   envoy 1.40.0  0.1.0  198.18.0.3:40000  2026-11-21T12:00:00.000Z  Cluster 4',
      'mesh/default/virtualNode/colorgateway-vn            updating  envoy 1.37.0         198.18.0.3:40000  2026-11-21T12:00:00.000Z  Cluster 4 sent',
      '',
    ].join('\n'),
  );
});

test('leaves out empty columns', () => {
  const text = describeStatus({ revision: 7, proxies: [{ ...proxy, instance: '', agent: '' }] });
  expect(text).toContain('RESOURCE                                  STATE    ENVOY ');
});

test('shows NACKs and settings without effect below the table', () => {
  const types = type === undefined ? [] : [{ ...type, type: 'Listener', error: 'no such file' }];
  const problems = [{ where: 'backend a.local', what: 'there is no such virtual service' }];
  const text = describeStatus({ revision: 1, proxies: [{ ...proxy, types, problems }] });
  expect(text).toContain('Listener 4 refused');
  expect(text.split('\n').slice(-4)).toEqual([
    '',
    'mesh/default/virtualNode/colorgateway-vn (0a1b2c3d) refused Listener: no such file',
    'mesh/default/virtualNode/colorgateway-vn: backend a.local: there is no such virtual service',
    '',
  ]);
});

test.each([
  ['waiting', 'does not exist: its proxies wait for it'],
  ['orphaned', 'was deleted: its proxies keep what they had'],
] as const)('explains the state %s once per resource', (state, words) => {
  const text = describeStatus({
    revision: 1,
    proxies: [
      { ...proxy, state },
      { ...proxy, state },
    ],
  });
  expect(text.split(words)).toHaveLength(2);
});

test('shows what agents report: readiness, the configuration in use, the first end of a certificate, and reasons', () => {
  const report = {
    at: '2026-11-21T12:00:02.000Z',
    ready: true,
    draining: false,
    reason: '',
    addresses: ['198.18.0.3'],
    runsOn: { source: 'live', since: '2026-11-21T12:00:00.200Z' },
    certificates: [{ name: 'a', ends: '2026-12-01T00:00:00.000Z' }],
  } as const;
  const draining = { ...report, ready: false, draining: true, reason: 'a stop signal', certificates: [] };
  const runsOn = { source: 'last good', since: '2026-11-20T00:00:00.000Z' } as const;
  const unready = { ...report, ready: false, reason: 'listeners wait for a secret', runsOn };
  const lines = describeStatus({
    revision: 7,
    proxies: [report, draining, unready].map((each) => ({ ...proxy, report: each })),
  }).split('\n');
  const who = 'mesh/default/virtualNode/colorgateway-vn (0a1b2c3d)';
  expect(lines.slice(2, 6).map((line) => line.split(/ {2,}/))).toMatchObject([
    { 2: 'STATE', 3: 'READY', 4: 'RUNS ON', 9: 'CERTIFICATES UNTIL' },
    { 3: 'yes', 4: 'live', 9: '2026-12-01T00:00:00.000Z' },
    { 3: 'draining', 4: 'live' },
    { 3: 'no', 4: 'last good' },
  ]);
  expect(lines.slice(7)).toEqual([
    `${who} drains: a stop signal`,
    `${who} is not ready: listeners wait for a secret`,
    `${who} runs on the last good configuration, of 2026-11-20T00:00:00.000Z`,
    '',
  ]);
});

test('says that no proxy is connected', () => {
  expect(describeStatus({ revision: 0, proxies: [] })).toBe(
    'The model is at revision 0. No proxy is connected.\n',
  );
});

describe('watching', () => {
  /** Watches a control plane that gives these answers in order; an error is an error of its API. */
  async function watch(answers: readonly (Status | Error)[], options: { json?: boolean; isTTY?: boolean }) {
    const end = new AbortController();
    const left = [...answers];
    const shown: string[] = [];
    const server = createServer((_request, response) => {
      const answer = left.shift();
      if (left.length === 0) end.abort();
      const isError = answer instanceof Error;
      response.writeHead(isError ? 403 : 200, isError ? { 'x-amzn-errortype': 'AccessDeniedException' } : {});
      response.end(JSON.stringify(isError ? { message: answer.message } : answer));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const client = createClient({ endpoint, region: 'eu-west-1' }, NO_CREDENTIALS);
    const stdout = { isTTY: options.isTTY === true, write: (text: string) => shown.push(text) };
    const output = options.json === true ? 'json' : 'text';
    await status(client, { output, watch: true }, stdout, end.signal);
    client.close();
    server.close();
    return shown;
  }
  const first: Status = { revision: 1, proxies: [] };

  test.skipIf(SHORT_FORM)(
    'redraws in place on a terminal, and continues after an error of the control plane',
    async () => {
      const shown = await watch([first, new Error('not you'), { ...first, revision: 2 }], {
        isTTY: true,
      });
      expect(shown).toHaveLength(3);
      for (const each of shown) expect(each.startsWith('\u001B[H\u001B[J')).toBe(true);
      expect(shown[1]).toContain('not you (AccessDeniedException)');
      expect(shown[2]).toContain('revision 2');
    },
  );

  test('prints one table after another if stdout is not a terminal', async () => {
    const shown = await watch([first], {});
    expect(shown[0]).toMatch(/^\d{4}-.*Z {2}The model is at revision 1\. No proxy is connected\.\n\n$/);
  });

  test('prints one JSON object per line for programs', async () => {
    expect(await watch([first, new Error('not you')], { json: true })).toEqual([
      `${JSON.stringify(first)}\n`,
      '{"error":"not you (AccessDeniedException)"}\n',
    ]);
  });
});

test('names the agents that got no certificate, with the reason, below the table', () => {
  const unproven = [
    {
      resource: 'mesh/m/virtualNode/a',
      from: '10.0.0.1',
      at: '2030-01-01T00:00:00.000Z',
      attempts: 3,
      reason: 'NOT_BOUND: no NodeIdentity binds it',
    },
  ];
  expect(describeStatus({ revision: 1, proxies: [], unproven })).toBe(
    'The model is at revision 1. No proxy is connected.\n\nmesh/m/virtualNode/a at 10.0.0.1 got no certificate (3 attempts, last 2030-01-01T00:00:00.000Z): NOT_BOUND: no NodeIdentity binds it\n',
  );
});
