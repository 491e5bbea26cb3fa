/**
 * Every rule beyond the API model, and its reason. `evidence`: App Mesh is on record refusing violations. `envoy`: both Envoy
 * releases refuse a violation, together with valid configuration. `chosen`: a departure. docs/api-rules.md explains each.
 * The limits of numbers are in model/json-schema.ts.
 */
export const RULES = {
  'absolute-prefix': 'evidence',
  'grpc-method-of-service': 'evidence',
  'health-check-port': 'evidence',
  'integer-size': 'evidence',
  'match-port': 'evidence',
  'one-route-type': 'evidence',
  'pool-protocol': 'evidence',
  'reserved-grpc-service': 'evidence',
  'reserved-prefix': 'evidence',
  'retry-event': 'evidence',
  'retry-some-event': 'evidence',
  'service-discovery': 'evidence',
  'service-name-length': 'evidence',
  'tag-key-aws': 'evidence',
  'tag-key-once': 'evidence',
  'target-port': 'evidence',
  'tls-sds-names': 'evidence',
  'tls-wildcard-name': 'evidence',

  'count-size': 'envoy',
  'file-name-length': 'envoy',
  'host-name': 'envoy',
  'log-format': 'envoy',
  'outlier-time': 'envoy',
  'port-once': 'envoy',
  'proxy-port': 'envoy',
  'query-name': 'envoy',
  regex: 'envoy',
  'secret-name': 'envoy',

  cidr: 'chosen',
  'log-key-once': 'chosen',
  'long-size': 'chosen',
  'name-as-step': 'chosen',
  'name-slash': 'chosen',
  'one-of-two': 'chosen',
  text: 'chosen',
} as const satisfies Readonly<Record<string, 'evidence' | 'envoy' | 'chosen'>>;

/** The name of a rule beyond the model. */
export type RuleName = keyof typeof RULES;
