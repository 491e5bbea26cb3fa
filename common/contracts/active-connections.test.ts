import { expect, test } from 'vitest';
import { ACTIVE_CONNECTION_TAGS, activeConnectionsPrefix } from './active-connections.ts';

/** Applies the tags as Envoy does: the first group leaves the name, the second is the value. */
function tagged(name: string) {
  const found = ACTIVE_CONNECTION_TAGS.flatMap(({ tagName, regex }) => {
    const match = new RegExp(regex).exec(name);
    return match === null ? [] : [{ tagName, removed: match[1] ?? '', value: match[2] }];
  });
  const left = found.reduce((rest, { removed }) => rest.replace(removed, ''), name);
  return { left, tags: Object.fromEntries(found.map(({ tagName, value }) => [tagName, value])) };
}

test.each([
  [80, 'http'],
  [8443, 'http2'],
  [5432, 'tcp'],
])("the gauge of port %i, %s, gets App Mesh's name", (port, protocol) => {
  expect(tagged(`connection_limit.${activeConnectionsPrefix(port, protocol)}.active_connections`)).toEqual({
    left: 'appmesh.ActiveConnectionCount',
    tags: { 'appmesh.listener_port': `${port}`, 'appmesh.listener_protocol': protocol },
  });
});

test.each([
  `connection_limit.${activeConnectionsPrefix(80, 'http')}.limited_connections`,
  'connection_limit.other.active_connections',
  'cluster.cds_egress_m_a_http_80.upstream_cx_active',
])('%s keeps its name', (name) => {
  expect(tagged(name)).toEqual({ left: name, tags: {} });
});
