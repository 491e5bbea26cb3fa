import { expect, test } from 'vitest';
import { redactKeys } from './redact.ts';

test('key material is redacted at any depth; file names and certificates stay', () => {
  const certificate = { certificate_chain: { inline_string: 'PEM' } };
  expect(
    redactKeys({
      name: 'a',
      tls_certificate: {
        ...certificate,
        private_key: { inline_string: 'KEY' },
        password: { inline_bytes: 'aw==' },
      },
      list: [{ tls_certificates: [{ private_key: { filename: '/key.pem' } }] }],
      session_ticket_keys: { keys: [{ inline_string: 'KEY' }] },
    }),
  ).toEqual({
    name: 'a',
    tls_certificate: { ...certificate, private_key: '(redacted)', password: '(redacted)' },
    list: [{ tls_certificates: [{ private_key: { filename: '/key.pem' } }] }],
    session_ticket_keys: '(redacted)',
  });
});
