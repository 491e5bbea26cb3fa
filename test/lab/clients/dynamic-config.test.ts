import { expect, test } from 'vitest';
import { differences, dynamicConfig } from './dynamic-config.ts';

const dump = (version: string, timeout: string) => ({
  configs: [
    { '@type': 'bootstrap', bootstrap: { timeout: version } },
    {
      version_info: version,
      static_clusters: [{ cluster: { name: 's' } }],
      dynamic_active_clusters: [
        { version_info: version, last_updated: version, cluster: { name: 'b' } },
        { version_info: version, cluster: { name: 'a', timeout } },
      ],
    },
  ],
});

test('versions, times and static parts make no difference, a field of a resource does', () => {
  const before = dynamicConfig(dump('1', '5s'));
  expect(before).toEqual(['{"cluster":{"name":"a","timeout":"5s"}}', '{"cluster":{"name":"b"}}']);
  expect(differences(before, dynamicConfig(dump('2', '5s')))).toEqual([]);
  expect(differences(before, dynamicConfig(dump('2', '6s')))).toEqual([
    '- {"cluster":{"name":"a","timeout":"5s"}}',
    '+ {"cluster":{"name":"a","timeout":"6s"}}',
  ]);
});
