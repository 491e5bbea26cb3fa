/** A line that a tool executes in the Envoy container, and how it has to end. */
type Line = readonly [
  who: string,
  line: readonly string[],
  wanted: {
    readonly env?: readonly string[];
    readonly code: number;
    readonly says: RegExp;
    readonly not?: RegExp;
  },
];

/** Variables that Amazon's controller for Kubernetes always sets. */
const INJECTED = ['APPNET_AGENT_ADMIN_MODE=uds', 'APPNET_AGENT_ADMIN_UDS_PATH=/tmp/agent.sock'];

/** The hook of Amazon's controller, word by word: `sidecar.waitUntilProxyReady`, with 60 s and 5 s. */
export const POST_START =
  'if [[ $(/usr/bin/envoy --version) =~ ([0-9]+)\\.([0-9]+)\\.([0-9]+)-appmesh\\.([0-9]+) && ' +
  '${BASH_REMATCH[1]} -ge 2 || (${BASH_REMATCH[1]} -ge 1 && ${BASH_REMATCH[2]} -gt 22) || (${BASH_REMATCH[1]} -ge 1 && ' +
  '${BASH_REMATCH[2]} -ge 22 && ${BASH_REMATCH[3]} -gt 2) || (${BASH_REMATCH[1]} -ge 1 && ${BASH_REMATCH[2]} -ge 22 && ' +
  '${BASH_REMATCH[3]} -ge 2 && ${BASH_REMATCH[4]} -gt 0) ]]; then APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S=60 ' +
  "APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S=5 /usr/bin/agent -envoyReadiness; else echo 'WaitUntilProxyReady " +
  "is not supported in Envoy version < 1.22.2.1'; fi";

/** The lines of Amazon's tools and guides, by their exact text. */
export const AMAZON_LINES: readonly Line[] = [
  [
    'the health check of ECS task definitions',
    ['sh', '-c', 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE'],
    { code: 0, says: /^$/ },
  ],
  [
    "the postStart hook of Amazon's controller",
    ['sh', '-c', POST_START],
    { env: INJECTED, code: 0, says: /^/, not: /not supported/ },
  ],
  ["the preStop hook of Amazon's controller", ['sh', '-c', 'sleep 20'], { code: 0, says: /^$/ }],
  ["Envoy's version", ['/usr/bin/envoy', '--version'], { code: 0, says: /^\d+\.\d+\.\d+-appmesh\.1$/m }],
  [
    'the statistics of the guide to Prometheus',
    ['sh', '-c', 'curl -s http://localhost:9901/stats/prometheus | grep -c envoy_'],
    { code: 0, says: /^\d+/ },
  ],
];
