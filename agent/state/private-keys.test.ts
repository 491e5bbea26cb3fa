import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack, AnySchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import { CLUSTER, SECRET, type Resource } from '../../xds/types.ts';
import { certificateMessage, trustMessage } from '../secrets/secret-message.ts';
import { mayHoldKey, withoutPrivateKeys } from './private-keys.ts';
import { resourcesOf } from './testing/stored-config.ts';

const CERTIFICATE = certificateMessage('cert', Buffer.from('chain'), Buffer.from('a-private-key'));
const TRUST = trustMessage('trust', Buffer.from('authority'));

function secretOf(init: Parameters<typeof create<typeof SecretSchema>>[1]): Resource {
  const any = toBinary(AnySchema, anyPack(SecretSchema, create(SecretSchema, init)));
  return { name: 'other', version: '1', any };
}

test.each<[string, Resource, boolean]>([
  ['a certificate', CERTIFICATE, true],
  ['trusted authorities', TRUST, false],
  ['session ticket keys', secretOf({ type: { case: 'sessionTicketKeys', value: {} } }), true],
  ['a generic secret', secretOf({ type: { case: 'genericSecret', value: {} } }), true],
  ['bytes that are no secret', { name: 'x', version: '1', any: Buffer.from('no message') }, true],
])('%s: holds a key: %j', (_, resource, expected) => {
  expect(mayHoldKey(resource)).toBe(expected);
});

test('secrets with keys are removed by name; trusted authorities and other types stay', () => {
  const secrets = new Map([CERTIFICATE, TRUST].map((each) => [each.name, each]));
  const all = new Map([...resourcesOf({ [CLUSTER]: { c: '1' } }), [SECRET, secrets]]);
  const { types, removed } = withoutPrivateKeys(all);
  expect(removed).toEqual(['cert']);
  expect([...(types.get(SECRET)?.keys() ?? [])]).toEqual(['trust']);
  expect(types.get(CLUSTER)).toBe(all.get(CLUSTER));
  expect(secrets.size).toBe(2);
});

test('the type stays, empty, if all of its secrets have keys', () => {
  const { types } = withoutPrivateKeys(new Map([[SECRET, new Map([['cert', CERTIFICATE]])]]));
  expect(types.get(SECRET)).toEqual(new Map());
});
