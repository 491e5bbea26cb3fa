import { expect, test } from 'vitest';
import { releaseOf } from './release.ts';

test.each([
  ['envoy 1.40.0', { comparesEachLine: true, matchesBytes: true, knowsQuery: true }],
  ['1.41.2', { comparesEachLine: true, matchesBytes: true, knowsQuery: true }],
  ['envoy 1.39.0', { comparesEachLine: true, matchesBytes: false, knowsQuery: false }],
  ['envoy 1.39.1', { comparesEachLine: true, matchesBytes: true, stripsDotParameters: true }],
  ['envoy 1.37.0', { comparesEachLine: false, matchesBytes: false, removesStreamDuration: false }],
  ['envoy 1.37.6', { comparesEachLine: false, matchesBytes: true, stripsDotParameters: true }],
  ['envoy 1.29.12', { comparesEachLine: false, matchesBytes: false }],
])('%s', (client, differences) => {
  expect(releaseOf(client)).toMatchObject(differences);
});

test.each(['', 'grpc-go 1.60.0', 'envoy', 'envoy 2.0.0'])('%j is not a known release', (client) => {
  expect(releaseOf(client)).toBeUndefined();
});
