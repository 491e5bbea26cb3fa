/**
 * A shell script that starts a control plane on a machine, as its unit does, with the virtual node `serviceB` and the virtual gateway
 * `front` (port 443) of mesh `apps`, and points the agent to it.
 */
export const MESH_ON_MACHINE = `set -e
mkdir -p /etc/daybreak
echo 'DAYBREAK_DATA=/var/lib/daybreak' > /etc/daybreak/controlplane.env
echo 'APPMESH_APP_PORTS=8000' > /etc/daybreak/proxyinit.env
echo 'APPMESH_RESOURCE_ARN=mesh/apps/virtualNode/serviceB' > /etc/daybreak/agent.env
echo 'APPMESH_XDS_ENDPOINT=http://127.0.0.1:18000' >> /etc/daybreak/agent.env
systemctl enable --now daybreak-controlplane || { journalctl --no-pager --unit daybreak-controlplane --output cat >&2; exit 1; }
cat > /tmp/apps.yaml <<END
meshName: apps
spec: {}
---
meshName: apps
virtualNodeName: serviceB
spec:
  listeners: [{ portMapping: { port: 8000, protocol: http } }]
  serviceDiscovery: { dns: { hostname: localhost } }
---
meshName: apps
virtualGatewayName: front
spec: { listeners: [{ portMapping: { port: 443, protocol: http } }] }
END
daybreak apply -f /tmp/apps.yaml
`;

/** Continues `MESH_ON_MACHINE`: gives the virtual gateway `front` an access log on stdout. */
export const ACCESS_LOG_ON_MACHINE = `
cat > /tmp/access-log.yaml <<END
meshName: apps
virtualGatewayName: front
spec:
  listeners: [{ portMapping: { port: 443, protocol: http } }]
  logging:
    accessLog:
      file:
        path: /dev/stdout
        format: { json: [{ key: path, value: '%REQ(:PATH)%' }, { key: status, value: '%RESPONSE_CODE%' }, { key: trace, value: '%TRACE_ID%' }] }
END
daybreak apply -f /tmp/access-log.yaml
`;

/**
 * Continues `MESH_ON_MACHINE`: starts an application on port 8000 that answers `hello`, routes the virtual gateway `front` to it, and makes the agent the
 * gateway's, with hot restart, one worker and a drain of fifteen seconds.
 */
export const GATEWAY_ON_MACHINE = `
cat > /tmp/gateway.yaml <<END
meshName: apps
virtualServiceName: serviceB.local
spec: { provider: { virtualNode: { virtualNodeName: serviceB } } }
---
meshName: apps
virtualGatewayName: front
gatewayRouteName: all
spec: { httpRoute: { match: { prefix: / }, action: { target: { virtualService: { virtualServiceName: serviceB.local } } } } }
END
daybreak apply -f /tmp/gateway.yaml
sed -i s:virtualNode/serviceB:virtualGateway/front: /etc/daybreak/agent.env
printf 'DISABLE_HOT_RESTART=0\\nENVOY_CONCURRENCY=1\\nLISTENER_DRAIN_WAIT_TIME_S=15\\n' >> /etc/daybreak/agent.env
systemd-run --unit app /usr/lib/daybreak/node -e 'require("node:http").createServer({ keepAliveTimeout: 3600000 }, (_, answer) => answer.end("hello")).listen(8000, "127.0.0.1")'
`;
