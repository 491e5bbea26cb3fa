/** Durations: zero, which disables a limit, and each unit. */
export const s = (value: number) => ({ unit: 's', value });
export const ms = (value: number) => ({ unit: 'ms', value });

const file = { certificateChain: '/tls/chain.pem', privateKey: '/tls/key.pem' };
const names = (...exact: readonly string[]) => ({ match: { exact } });

/** TLS settings of a listener, with each source of certificates. */
export const LISTENER_TLS = {
  acm: {
    mode: 'STRICT',
    certificate: { acm: { certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/one' } },
  },
  file: {
    mode: 'PERMISSIVE',
    certificate: { file },
    validation: { trust: { file: { certificateChain: '/tls/ca.pem' } } },
  },
  sds: {
    mode: 'DISABLED',
    certificate: { sds: { secretName: 'server' } },
    validation: {
      trust: { sds: { secretName: 'ca' } },
      subjectAlternativeNames: names('spiffe://mesh/one', 'spiffe://mesh/two'),
    },
  },
} as const;

/** TLS settings of a client policy, with each source of certificates. */
export const CLIENT_TLS = {
  acm: {
    enforce: false,
    ports: [443, 8443],
    validation: {
      trust: {
        acm: {
          certificateAuthorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/one'],
        },
      },
    },
  },
  file: {
    enforce: true,
    certificate: { file },
    validation: { trust: { file: { certificateChain: '/tls/ca.pem' } } },
  },
  sds: {
    certificate: { sds: { secretName: 'client' } },
    validation: {
      trust: { sds: { secretName: 'ca' } },
      subjectAlternativeNames: names('spiffe://mesh/server'),
    },
  },
} as const;

/** A client policy. */
export const policy = (tls: object) => ({ clientPolicy: { tls } });

/** A health check over a protocol; `more` overrides its members. */
export const healthCheck = (protocol: string, more: object = {}) => ({
  protocol,
  intervalMillis: 5000,
  timeoutMillis: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 10,
  ...(protocol.startsWith('http') ? { path: '/health' } : {}),
  ...more,
});

/** A listener's port. */
export const portMapping = (port: number, protocol: string) => ({ portMapping: { port, protocol } });

/** Access logs, in each of their formats. */
export const LOGGING = {
  plain: { accessLog: { file: { path: '/dev/stdout' } } },
  text: { accessLog: { file: { path: '/dev/stdout', format: { text: '%RESPONSE_CODE%\n' } } } },
  json: {
    accessLog: {
      file: {
        path: '/dev/stderr',
        format: {
          json: [
            { key: 'code', value: '%RESPONSE_CODE%' },
            { key: 'start', value: '%START_TIME%' },
          ],
        },
      },
    },
  },
} as const;

/** All matches of a header, or of a call's metadata, including zero. */
export const HEADERS = [
  { name: 'exact', match: { exact: 'a' } },
  { name: 'prefix', match: { prefix: 'a' }, invert: true },
  { name: 'suffix', match: { suffix: 'a' }, invert: false },
  { name: 'regex', match: { regex: 'a+' } },
  { name: 'range', match: { range: { start: 0, end: 2 } } },
  { name: 'present' },
] as const;

/** All methods, two for each route that matches one. */
export const METHODS = [
  ['GET', 'HEAD'],
  ['POST', 'PUT'],
  ['DELETE', 'CONNECT'],
  ['OPTIONS', 'TRACE'],
  ['PATCH', 'GET'],
] as const;
