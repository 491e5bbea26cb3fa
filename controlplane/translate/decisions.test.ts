import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { caseNames } from './testing/cases.ts';

// Each row of docs/translation.md that decides how an input is translated has a case in testdata/ that shows it.
// api/translated-cases.test.ts checks that the API accepts these inputs. A new row needs an entry here.

/** The cases that show a decision, or the reason why no case can: `other: …` names what does. */
const DECISIONS: Readonly<Record<string, readonly string[] | `other: ${string}`>> = {
  'A part of the model that cannot work (a missing target, a bad expression, two owners of one host name)': [
    'collisions',
    'gateway-problems',
    'mismatches',
    'missing',
  ],
  'A connection straight to 15000 or 15001 of a virtual node':
    'other: no input; every case of a virtual node shows it',
  'A connection from another machine to 15001 of a virtual gateway':
    'other: no input; every case of a gateway shows it',
  '`prefix_ranges` of egress chains': 'other: no input; every case shows it',
  'TLS inspector on 15001': 'other: no input; every case shows it',
  'Type and connect timeout of `amazonaws` and `mesh-allow-all`': ['allow-all-bare'],
  'Unknown host on a port with HTTP backends, ALLOW_ALL': ['allow-all'],
  'Host name of an upstream': ['discovery'],
  'A name that no longer has addresses': 'other: no input; test/behaviour/dns-answers.net.test.ts',
  DNS: ['discovery'],
  'Initial fetch of routes': 'other: no input; every case shows it',
  'HTTP version of listeners': ['protocols'],
  'Backends of http, http2 and grpc on one port': ['shared-port', 'collisions'],
  'HTTP features of connection managers and clusters': ['http-recent', 'http-limits', 'colors'],
  'Streams that the application refuses (http2, grpc)': ['protocols'],
  'A pool that is full': ['pools'],
  'Idle timeout': ['timeouts', 'listener-timeouts', 'tcp-route'],
  'Time limits of callers, if the provider is a virtual node': ['provider-times'],
  'Weights, targets and time limits of TCP, a proxy that reports `ecds`': ['tcp-by-name'],
  'Weights, targets and time limits of TCP, a proxy without `ecds`': ['tcp-route'],
  'Any other change of a filter chain (an access log, TLS, another backend on its port)':
    'other: no input; test/behaviour/stops.net.test.ts',
  'Retries of TCP connections': ['tcp-route'],
  'Order of routes': ['route-order'],
  'A route or gateway route without prefix or path: only by port, header, method or query': [
    'any-path',
    'gateway-any-path',
  ],
  '`scheme` of an `httpRoute`': ['any-path'],
  '`method: CONNECT`': ['methods', 'gateway-methods'],
  'gRPC service and method': ['grpc-matches'],
  'Target without a port': ['router-ports', 'mismatches'],
  'Protocol of route and target differ': ['mismatches'],
  'A route or gateway route whose protocol or port no listener has; a target port that no listener has': [
    'router-ports',
    'gateway-ports',
    'missing',
  ],
  'Targets that cannot be reached': ['missing'],
  'Weights that add up to nothing': ['weights-zero'],
  'Virtual router without listeners (the API of 2018-10-01 knows no others)': ['router-without-listeners'],
  'Several TCP routes of one router listener': ['mismatches'],
  'Virtual service names': ['odd-names', 'collisions'],
  'Route and virtual host names on ingress': ['colors'],
  'Traffic in the access log': ['access-log'],
  'Trace context, a proxy that reports `traceContext`': ['trace-context', 'trace-context-gateway'],
  'The access log, a proxy that reports `otlpLogs`': ['access-log-otlp', 'access-log-otlp-gateway'],
  'A request that its caller has sampled, a proxy that reports `sampledParents`': ['trace-context-sampled'],
  'Tracing, a proxy that reports `untraced`': ['untraced', 'untraced-gateway'],
  'The metrics extension, a proxy that reports `metricExtension`': [
    'metric-extension',
    'metric-extension-inline',
    'metric-extension-gateway',
  ],
  'A request that is retried, or that leaves the mesh, in these metrics': ['metric-extension'],
  "An access-log format that an Envoy in use would refuse, App Mesh's image (1.34) among them": [
    'access-log-unknown',
    'access-log-commands',
  ],
  'Health check without a path, or without a slash before it': ['health'],
  'Health check whose host or path holds a control character': ['health'],
  "Health checks before a caller's first request": ['health'],
  'Success-rate outlier detection': ['health'],
  Expressions: ['mismatches', 'http-matches'],
  Durations: ['timeouts'],
  "A time limit for another protocol than the listener's": ['timeouts'],
  'IP preference': ['ip-node', 'ip-node-cloud-map', 'ip-ipv4-only', 'ip-ipv6-only'],
  'Listeners and IPv6': ['ipv6', 'ipv6-absent', 'ipv6-unsaid', 'ip-default'],
  'No preference': ['ip-default', 'ip-default-ipv4', 'ip-default-gateway'],
  'Address of the application': ['app-address', 'ipv6'],
  'Gateway, host match': ['gateway-hosts', 'gateway-matches', 'gateway-problems'],
  'Gateway, prefix rewrite': ['gateway', 'gateway-matches', 'gateway-any-path'],
  'Gateway, path match without rewrite': ['gateway-matches'],
  'Gateway, path rewrite without a path match': ['gateway-whole-path'],
  'Gateway, a prefix rewrite with a path match, a path rewrite with a prefix match or a prefix rewrite, or a rewrite to a value that does not begin with `/`':
    ['gateway-problems', 'gateway-whole-path'],
  'Gateway, target port': ['gateway-ports'],
  'Gateway, headers about the caller and the original request': ['gateway', 'gateway-http-route'],
  'Gateway, host not rewritten': ['gateway', 'gateway-http-route'],
  'Gateway, time limits of the first pass': ['gateway', 'gateway-provider-times'],
  "Gateway, name of the second pass's routes": ['gateway', 'gateway-ports'],
  'Gateway route to a virtual service that accepts only TCP': ['gateway-tcp'],
  'Gateway without listeners': ['gateway-no-listeners'],
  'Gateway, `healthCheck` of a listener': ['gateway-listeners'],
  'How a backend is chosen': ['tcp-shared', 'tcp-shared-agent'],
  'Whose addresses': ['tcp-shared', 'tcp-shared-agent'],
  'How the choice reaches Envoy': ['tcp-shared', 'tcp-shared-agent'],
  'How long an address counts': ['tcp-shared'],
  'An address of two backends': ['tcp-shared-problems'],
  'An address, or a name, of two backends that lead to the same servers': [
    'tcp-shared-same',
    'tcp-shared-same-agent',
  ],
  'Names that differ only in case, or that cannot be resolved': ['tcp-shared-problems'],
  'An address, or on 443 a server name, of none of the backends': [
    'tcp-shared',
    'tcp-shared-agent',
    'tcp-shared-tls',
  ],
  'Which proxies have such listeners': ['tcp-shared', 'tcp-shared-agent', 'tcp-route'],
  'Which Envoys': ['tcp-shared', 'tcp-shared-old'],
  'Calls to backends': ['loopback'],
  'Which port of loopback': ['loopback', 'loopback-same-port'],
  'Host header of such a call': ['loopback'],
  'Inbound without rules': ['loopback'],
  'Other destinations, egress filter': ['loopback'],
  Cluster: ['cloud-map'],
  'Which instances': ['cloud-map'],
  'Unhealthy instances': ['cloud-map'],
  'Draining instances': ['cloud-map-draining'],
  Address: ['cloud-map-addresses', 'cloud-map-addresses-mesh'],
  Port: ['cloud-map'],
  'Host of health checks, name in certificates': ['cloud-map'],
  'Nothing is known (yet)': ['cloud-map-unknown'],
  STRICT: ['tls-listeners'],
  PERMISSIVE: ['tls-listeners'],
  'A caller that sends nothing on a PERMISSIVE port of a virtual node':
    'other: no input; test/tls/tls-listeners.net.test.ts',
  ALPN: ['tls-listeners', 'tls-client-policies'],
  Versions: ['tls-client-policies'],
  'Ciphers and key exchange': "other: no input; Envoy's defaults",
  'Resumption of sessions': ['tls-listeners'],
  'Server name (SNI)': ['tls-client-policies', 'tls-long-name'],
  '`validation` of a listener': ['tls-listeners'],
  'Names (`subjectAlternativeNames`)': ['tls-listeners', 'tls-client-policies'],
  'A client policy without names, or with an empty list': ['tls-client-policies'],
  'The port that `ports` refers to': ['tls-client-policies'],
  "A backend's client policy and the default one": [
    'tls-defaults-acm',
    'tls-defaults-file',
    'tls-defaults-sds',
  ],
  '`enforce: false`': ['tls-client-policies'],
  'An enforced policy and a listener without TLS': ['tls-client-policies'],
  'No client policy in effect': ['tls-server-decides'],
  'A listener that requires a client certificate, and no policy with one': ['tls-server-decides'],
  'Two backends that lead to one listener of one virtual node, with different policies': ['tls-two-policies'],
  'One virtual service as several backends, with different policies':
    'other: controlplane/translate/node/calls.test.ts',
  'ACM certificates and private authorities': ['tls-listeners', 'tls-defaults-acm'],
  'A certificate or an authority that has expired, or is not valid yet':
    'other: no input; controlplane/discovery',
  'A private key, and a proxy that has not proven its identity': 'other: no input; controlplane/ads',
  'A secret that is not there (yet)': ['tls-refused'],
  'Certificates from files, an agent of ours': ['tls-listeners-agent', 'tls-client-policies-agent'],
  'A pair in files that has expired, or is not valid yet': 'other: no input; agent/secrets',
  'Certificates from files, other Envoys': ['tls-listeners'],
  SDS: ['tls-listeners', 'tls-refused'],
  'Chains of a listener': ['mtls-permissive', 'mtls-strict'],
  'A listener whose mode is `OFF`': ['mtls-off'],
  'A listener with a `tls` block of its own': ['mtls-permissive'],
  'Server speaks first, tcp': ['mtls-permissive'],
  'Versions, resumption': ['mtls-permissive'],
  Certificates: ['mtls-permissive'],
  'Callers without mutual TLS': ['mtls-permissive'],
  'Age of connections': ['mtls-permissive'],
  'A proxy without a certificate, or with a name that no SPIFFE id allows': [
    'mtls-without',
    'mtls-callers-without',
  ],
  'Which calls use it': ['mtls-callers', 'mtls-gateway'],
  'A host name, whose addresses Envoy resolves itself': ['mtls-callers'],
  'A change of the mode': 'other: no input; controlplane/agents',
  'Callers of a tcp listener that takes mutual TLS': ['mtls-callers'],
};

const page = readFileSync(new URL('../../docs/translation.md', import.meta.url), 'utf8');
const [decisions = ''] = page.split('\n## How it is shown\n');
const rows = decisions
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| question |') && !line.startsWith('| --- |'))
  .map((line) => line.slice(2, line.indexOf(' | ', 2)));

test('every decision of docs/translation.md names the cases that show it', () => {
  expect(rows.filter((question) => DECISIONS[question] === undefined)).toEqual([]);
});

test('every decision that is shown stands in docs/translation.md', () => {
  expect(Object.keys(DECISIONS).filter((question) => !rows.includes(question))).toEqual([]);
});

test('every case that shows a decision exists', () => {
  const named = Object.values(DECISIONS).flatMap((shown) => (typeof shown === 'string' ? [] : shown));
  expect(named.filter((name) => !caseNames().includes(name))).toEqual([]);
});
