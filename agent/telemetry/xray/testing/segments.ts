/** A trace of X-Ray. */
export const TRACE = '1-67891233-abcdef012345678912345678';

/** A segment of Envoy 1.40, as its tracer sends it. */
export const OF_ENVOY = {
  name: 'apps/serviceB',
  id: '39c9a76d0893b565',
  trace_id: TRACE,
  parent_id: '463ac35c9f6413ad',
  start_time: 1795981488.9399731,
  end_time: 1795981488.9492581,
  origin: 'AWS::AppMesh::Proxy',
  http: {
    request: {
      x_forwarded_for: false,
      user_agent: 'node',
      client_ip: '10.0.0.7',
      url: 'http://colors.local/color',
      method: 'GET',
    },
    response: { content_length: 2, status: 503 },
  },
  fault: true,
  annotations: {
    component: 'proxy',
    request_size: '0',
    upstream_cluster: 'cds_egress_apps_white_http_9080',
    response_flags: 'UF',
    direction: 'egress',
    'guid:x-request-id': '130edbd7-60ff-95f2-a27a-1420fa21529c',
  },
  aws: { app_mesh: { mesh_name: 'apps', virtual_node_name: 'serviceB' } },
};

/** A segment of an application with X-Ray's SDK, which made a call and ran code. */
export const OF_APPLICATION = {
  name: 'colors',
  id: '70de5b6f19ff9a0a',
  trace_id: TRACE,
  start_time: 1478293361.271,
  end_time: 1478293361.449,
  http: { request: { url: 'http://colors/api', method: 'POST' }, response: { status: 200 } },
  subsegments: [
    {
      name: 'DynamoDB',
      id: '53995c3f42cd8ad8',
      start_time: 1478293361.3,
      end_time: 1478293361.4,
      namespace: 'aws',
      error: true,
      metadata: { debug: { attempt: 2 } },
      subsegments: [
        { name: 'marshal', id: '53995c3f42cd8ad9', start_time: 1478293361.31, end_time: 1478293361.32 },
      ],
    },
  ],
};

/** Returns a datagram of X-Ray's protocol. */
export function datagram(segment: object): string {
  return `{"format": "json", "version": 1}\n${JSON.stringify(segment)}`;
}
