import { expect, test } from 'vitest';
import type { SecretReference } from './secret-references.ts';
import { createSecretStats } from './secret-stats.ts';

const reference = (name: string, source: SecretReference['source']): SecretReference => ({
  name,
  source,
  kind: 'certificate',
  user: { kind: 'listener', name: 'l' },
});
const up = 'control_plane.connected_state';

test('a stream is down until it stays up; a short connection during an attempt does not count', () => {
  const stats = createSecretStats();
  const at = (connected: number, failed: number, now: number) =>
    stats.read(
      [reference('app', 'sds')],
      new Map([
        [`sds.app.${up}`, connected],
        ['sds.app.update_failure', failed],
      ]),
      now,
    ).ended.size;
  expect(at(1, 3, 10_000)).toBe(0);
  expect(at(0, 3, 11_000)).toBe(1);
  expect(at(1, 5, 13_000)).toBe(1);
  expect(at(1, 5, 15_000)).toBe(1);
  expect(at(1, 5, 16_000)).toBe(0);
});

test("replaces characters in names as Envoy's statistics do", () => {
  const names = ['spiffe://apps/a', 'file:/c;/k', 'certificate:arn:aws:acm:r:1:certificate/x'];
  const counted = ['spiffe_apps/a', 'file_c;/k', 'certificate_arn_aws_acm_r_1_certificate/x'];
  const values = new Map(counted.map((name) => [`sds.${name}.update_rejected`, 1]));
  const { rejected, ended } = createSecretStats().read(
    names.map((name) => reference(name, 'ads')),
    values,
    0,
  );
  expect([...rejected]).toEqual(names);
  expect(ended.size).toBe(0);
});
