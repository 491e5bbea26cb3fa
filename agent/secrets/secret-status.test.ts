import { expect, test } from 'vitest';
import type { Validity } from '../../common/certificate-validity.ts';
import type { EnvoySecret } from './envoy-secrets.ts';
import type { FileSecretStatus } from './followed-secrets.ts';
import type { SecretReference } from './secret-references.ts';
import { secretStatuses, type SecretFacts } from './secret-status.ts';

const DAY = 86_400_000;
const now = Date.parse('2026-11-29T12:00:00Z');
const good: Validity = { notBefore: now - DAY, notAfter: now + 300 * DAY };
const bad: Validity = { notBefore: now - 2 * DAY, notAfter: now - DAY };
const ending: Validity = { notBefore: now - 300 * DAY, notAfter: now + DAY };
const early: Validity = { notBefore: now + DAY, notAfter: now + 300 * DAY };

const on = (source: SecretReference['source'], name = 'app'): SecretReference => ({
  name,
  kind: 'certificate',
  source,
  user: { kind: 'listener', name: 'ingress_http_8443' },
});
const waits: EnvoySecret = { name: 'app', since: now - DAY, received: undefined };
const has = (validity: Validity): EnvoySecret => ({
  name: 'app',
  since: now - DAY,
  received: { validity, serials: ['1'] },
});
const file = (given: Partial<FileSecretStatus>): FileSecretStatus => ({
  name: 'app',
  files: ['/chain', '/key'],
  state: 'served',
  problem: undefined,
  validity: good,
  ...given,
});

function facts(given: Partial<SecretFacts>): SecretFacts {
  return {
    now,
    references: [on('sds')],
    envoy: [],
    late: new Set(),
    refused: new Set(),
    before: new Map(),
    files: [],
    sds: { path: '/s', unreachable: undefined, ended: new Set(), errors: () => undefined },
    controlPlane: undefined,
    ...given,
  };
}

const late = new Set(['app']);
const ended = (unreachable?: string, errors?: string): SecretFacts['sds'] => ({
  path: '/s',
  unreachable,
  ended: new Set(['app']),
  errors: () => errors,
});

test.each<[string, Partial<SecretFacts>, string, string | undefined]>([
  ['subscribed to a moment ago', { envoy: [waits] }, 'waiting', undefined],
  ['in force', { envoy: [has(good)] }, 'served', undefined],
  [
    'close to its expiry',
    { envoy: [has(ending)] },
    'served',
    'the certificate expires at 2026-11-30T12:00:00Z and has not been renewed',
  ],
  ['after its expiry', { envoy: [has(bad)] }, 'expired', 'the certificate expired at 2026-11-28T12:00:00Z'],
  [
    'before its validity',
    { envoy: [has(early)] },
    'not yet valid',
    'the certificate is not valid before 2026-11-30T12:00:00Z',
  ],
  [
    'socket without a listening process',
    { envoy: [waits], late, sds: ended('/s: no process listens on this socket') },
    'waiting',
    '/s: no process listens on this socket',
  ],
  [
    'server without such a secret',
    { envoy: [waits], late, sds: ended(undefined, 'no identity issued (code 7)') },
    'waiting',
    '/s: the server answers: no identity issued (code 7)',
  ],
  [
    'server that is down while the certificate is in force',
    { envoy: [has(good)], sds: ended('/s: no process listens on this socket') },
    'served',
    '/s: no process listens on this socket; the secret is not renewed until this is fixed',
  ],
  [
    'server that is down, and an expired certificate',
    { envoy: [has(bad)], sds: ended('/s: no process listens on this socket') },
    'expired',
    'the certificate expired at 2026-11-28T12:00:00Z; /s: no process listens on this socket; the secret is not renewed until this is fixed',
  ],
  [
    'control plane that does not serve it',
    { references: [on('ads')], envoy: [waits], late },
    'waiting',
    'the control plane does not serve it',
  ],
  [
    'disconnected control plane',
    { references: [on('ads')], envoy: [waits], late, controlPlane: 'disconnected' },
    'waiting',
    'disconnected',
  ],
  [
    'valid files, and an Envoy that does not fetch them',
    { references: [on('files')], envoy: [waits], late, files: [file({})] },
    'waiting',
    'Envoy has not fetched it from the agent',
  ],
  [
    'missing files',
    {
      references: [on('files')],
      envoy: [waits],
      files: [file({ state: 'missing', problem: '/chain: none', validity: undefined })],
    },
    'missing',
    '/chain: none',
  ],
  [
    'files that became invalid while the previous certificate is in force',
    { references: [on('files')], envoy: [has(good)], files: [file({ problem: '/chain: none' })] },
    'served',
    '/chain: none',
  ],
  [
    'first version, which Envoy rejected',
    { envoy: [has(good)], refused: late, late },
    'waiting',
    expect.stringMatching(
      /^Envoy rejected the latest version; .*has no entry for a workload of uid/,
    ) as string,
  ],
])('a secret: %s', (_what, given, state, problem) => {
  expect(secretStatuses(facts(given))).toMatchObject([{ name: 'app', state }]);
  expect(secretStatuses(facts(given))[0]?.problem).toEqual(problem);
});

test('after Envoy rejected a newer version, the status has the validity of the version in force', () => {
  const [status] = secretStatuses(
    facts({ envoy: [has(early)], refused: late, before: new Map([['app', good]]) }),
  );
  expect(status).toMatchObject({ state: 'served', validity: good });
  expect(status?.problem).toMatch(/^Envoy rejected/);
});

test('names all listeners and at most ten clusters of a secret', () => {
  const clusters = Array.from({ length: 12 }, (_, index) => ({
    ...on('sds'),
    user: { kind: 'cluster' as const, name: `c${10 + index}` },
  }));
  const [status] = secretStatuses(facts({ references: [...clusters, on('sds'), on('sds')] }));
  expect(status?.listeners).toEqual(['ingress_http_8443']);
  expect(status?.clusters).toEqual(['c10', 'c11', 'c12', 'c13', 'c14', 'c15', 'c16', 'c17', 'c18', 'c19']);
});

test('lists file secrets that Envoy subscribes to but the configuration does not reference', () => {
  expect(secretStatuses(facts({ references: [], files: [file({})] }))).toMatchObject([
    { name: 'app', source: 'files', listeners: [], state: 'served', validity: good },
  ]);
});
