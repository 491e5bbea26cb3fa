import { expect, test } from 'vitest';
import { describeFailure } from './describe-failure.ts';

const SSL = '405DA610757F0000:error:0A00010B:SSL routines:';

test.each([
  ['nope.invalid:1: 14 UNAVAILABLE: getaddrinfo ENOTFOUND nope.invalid', 'XDS_NAME_UNRESOLVED'],
  ['a:1: 14 UNAVAILABLE: getaddrinfo EAI_AGAIN a', 'XDS_NAME_UNRESOLVED'],
  ['127.0.0.1:1: 14 UNAVAILABLE: connect ECONNREFUSED 127.0.0.1:1', 'XDS_UNREACHABLE'],
  ['[::1]:1: connect EHOSTUNREACH ::1:1', 'XDS_UNREACHABLE'],
  ['unix:/nowhere: 14 UNAVAILABLE: connect ENOENT /nowhere', 'XDS_UNREACHABLE'],
  ['a:1: 14 UNAVAILABLE: connect ETIMEDOUT 10.0.0.1:1', 'XDS_NO_ANSWER'],
  ['a:1: it did not answer within 5 s', 'XDS_NO_ANSWER'],
  ['a:1: no TCP connection within 1.5 s', 'XDS_NO_ANSWER'],
  [
    `a:1: 14 UNAVAILABLE: ${SSL}tls_validate_record_header:wrong version number:../t.c:77:\n`,
    'XDS_SERVER_IS_PLAINTEXT',
  ],
  [
    `a:1: 14 UNAVAILABLE: ${SSL}ssl3_read_bytes:tlsv13 alert certificate required:../r.c:918:SSL alert number 116\n`,
    'XDS_CLIENT_CERTIFICATE',
  ],
  [
    'a:1: 14 UNAVAILABLE: self-signed certificate; if the root CA is installed locally, try',
    'XDS_SERVER_CERTIFICATE',
  ],
  ["a:1: 14 UNAVAILABLE: Hostname/IP does not match certificate's altnames: IP: a", 'XDS_SERVER_CERTIFICATE'],
  ['a:1: DAYBREAK_XDS_CA_FILE=/ca cannot be used (ENOENT)', 'XDS_FILE'],
  ['refused by a:1: 16 UNAUTHENTICATED: no token', 'XDS_UNAUTHENTICATED'],
  ['refused by a:1: 7 PERMISSION_DENIED: getaddrinfo and a certificate', 'XDS_DENIED'],
  ['refused by a:1: 8 RESOURCE_EXHAUSTED: too many', 'XDS_QUOTA'],
  ['refused by a:1: 3 INVALID_ARGUMENT: no id', 'XDS_NODE_INVALID'],
  ['a:1: 2 UNKNOWN: it answered HTTP 200 with content type "text/html", which is no gRPC', 'XDS_NOT_ADS'],
  ['a:1: 12 UNIMPLEMENTED: no method', 'XDS_NOT_ADS'],
  ['a:1: 14 UNAVAILABLE: the connection was lost', 'XDS_CONNECTION_LOST'],
  ['a:1 ended the stream', 'XDS_CONNECTION_LOST'],
  ['', 'XDS_CONNECTION_LOST'],
])('%j has the code %s', (reason, code) => {
  expect(describeFailure(reason).code).toBe(code);
});

test('has the endpoint, the gRPC status and the words on one line', () => {
  expect(describeFailure('refused by [::1]:18000: 7 PERMISSION_DENIED: no\n way')).toEqual({
    code: 'XDS_DENIED',
    endpoint: '[::1]:18000',
    grpc: { code: 7, name: 'PERMISSION_DENIED' },
    message: 'no; way',
  });
  expect(describeFailure('a:1: it did not answer within 5 s')).toMatchObject({
    endpoint: 'a:1',
    grpc: undefined,
    message: 'it did not answer within 5 s',
  });
});
