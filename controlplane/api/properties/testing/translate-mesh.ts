import type { Certificate, ExternalInputs, Instance } from '../../../translate/external-inputs.ts';
import { caseView } from '../../../translate/testing/cases.ts';
import { DEFAULT_SETTINGS } from '../../../translate/options.ts';
import { translate, type Translation } from '../../../translate/translate.ts';
import type { AnyMesh } from './any-mesh.ts';
import type { Pem } from './requested-secrets.ts';

const INSTANCES: readonly Instance[] = [
  { id: 'i-1', ipv4: '10.0.0.1', ipv6: 'fd00::1', port: 80, healthy: true, attributes: {} },
  { id: 'i-2', ipv4: '10.0.0.2', healthy: false, attributes: { a: 'b' } },
  { id: 'i-3', ipv6: 'fd00::3', healthy: true, attributes: {} },
];

/** Names with the same first character share an address. */
const addressesOf = (name: string): readonly string[] => [`10.0.1.${name.charCodeAt(0) % 4}`, 'fd00::9'];

/** Returns the configuration of a mesh's proxy, with all the certificates and instances that it names known, or none of them. */
export function translateMesh(
  { proxy, resources, features, known }: AnyMesh,
  { cert, key }: Pem,
): Translation {
  const certificate: Certificate = { chain: cert, privateKey: key, authority: cert };
  const found: ExternalInputs = {
    instances: () => (known ? INSTANCES : undefined),
    certificate: () => (known ? certificate : undefined),
    authority: () => (known ? { pem: cert } : undefined),
    addresses: (name) => (known ? { current: addressesOf(name), former: ['10.0.1.9'] } : undefined),
  };
  return translate(caseView({ title: '', proxy, resources }), { ...features, ...DEFAULT_SETTINGS }, found);
}
