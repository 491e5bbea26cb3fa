import { boolean, valueOf, type Parser, type Reader } from '../../common/settings.ts';

/** Switches of App Mesh's image that are refused for good, with the reason. */
const SWITCHES: Readonly<Record<string, string>> = {
  APPNET_ENABLE_RELAY_MODE_FOR_XDS: 'relay mode is not supported: each agent has its own relay',
  APPNET_FIPS_MODE_ENABLED: 'FIPS mode is not supported: neither Envoy nor Node is a validated build',
};

const SERVICE_CONNECT =
  'Service Connect is not supported: ECS configures those proxies. `daybreak import` turns its services into a mesh';

/** Variables that are refused for good with any value, with the reason. */
const VALUES: Readonly<Record<string, string>> = {
  APPNET_CONTAINER_IP_MAPPING: SERVICE_CONNECT,
  APPNET_LISTENER_PORT_MAPPING: SERVICE_CONNECT,
};

/** Variables that selected AWS's endpoints, belong to a refused feature, or that App Mesh's last image no longer read. They have no effect. */
const WITHOUT_EFFECT: readonly string[] = [
  'APPMESH_PREVIEW',
  'APPMESH_DUALSTACK_ENDPOINT',
  'APPMESH_FIPS_ENDPOINT',
  'APPMESH_SIGNING_NAME',
  'APPNET_MANAGEMENT_DOMAIN_NAME',
  'APPNET_MANAGEMENT_PORT',
  'APPNET_RELAY_LISTENER_UDS_PATH',
  'ENVOY_ACTIVE_HEALTH_CHECK_UNEJECT_HOST',
  'ENVOY_ENABLE_IAM_AUTH_FOR_XDS',
  'ENVOY_ENABLE_TCP_POOL_IDLE_TIMEOUT',
  'ENVOY_SANITIZE_ORIGINAL_PATH',
  'NAMESPACE_ARN',
  'NAMESPACE_NAME',
  'PID_POLL_INTERVAL_MS',
  'RELAY_BUFFER_LIMIT_BYTES',
  'RELAY_STREAM_IDLE_TIMEOUT',
  'TLS_CURVE',
];

/** Reports each variable that enables a refused feature as a problem, so that no feature is missing unnoticed. */
export function rejectUnsupported(read: Reader): void {
  for (const [name, why] of Object.entries(SWITCHES)) read(name, off(why), undefined);
  for (const [name, why] of Object.entries(VALUES)) {
    read(name, () => ({ wanted: `not to be set: ${why}` }), undefined);
  }
}

/** Returns the names of set variables that have no effect, for the log. */
export function withoutEffect(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return WITHOUT_EFFECT.filter((name) => valueOf(name, env) !== undefined);
}

function off(why: string): Parser<false> {
  return (text) => {
    const parsed = boolean(text);
    return 'value' in parsed && !parsed.value ? { value: false } : { wanted: `0, or not set: ${why}` };
  };
}
