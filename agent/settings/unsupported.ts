import { boolean, type Parser, type Reader } from '../../common/settings.ts';

/** Switches of App Mesh's image for unsupported features, with the name of each feature. */
const SWITCHES: Readonly<Record<string, string>> = {
  APPNET_ENABLE_RELAY_MODE_FOR_XDS: 'the relay mode for a whole host',
  APPNET_FIPS_MODE_ENABLED: 'FIPS mode',
};

/** Variables that enable an unsupported feature with any value, with the name of each feature. */
const VALUES: Readonly<Record<string, string>> = {
  APPNET_CONTAINER_IP_MAPPING: 'Service Connect',
  APPNET_LISTENER_PORT_MAPPING: 'Service Connect',
};

/** Variables that only selected AWS's endpoints. They have no effect. */
const WITHOUT_EFFECT: readonly string[] = [
  'APPMESH_PREVIEW',
  'APPMESH_DUALSTACK_ENDPOINT',
  'APPMESH_FIPS_ENDPOINT',
  'APPMESH_SIGNING_NAME',
  'ENVOY_ENABLE_IAM_AUTH_FOR_XDS',
  'PID_POLL_INTERVAL_MS',
];

/** Reports each variable that enables an unsupported feature as a problem, so that no feature is missing unnoticed. */
export function rejectUnsupported(read: Reader): void {
  for (const [name, what] of Object.entries(SWITCHES)) read(name, off(what), undefined);
  for (const [name, what] of Object.entries(VALUES)) read(name, unset(what), undefined);
}

/** Returns the names of set variables that have no effect, for the log. */
export function withoutEffect(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return WITHOUT_EFFECT.filter((name) => (env[name]?.trim() ?? '') !== '');
}

function off(what: string): Parser<false> {
  return (text) => {
    const parsed = boolean(text);
    return 'value' in parsed && !parsed.value
      ? { value: false }
      : { wanted: `0, or not set: this version does not support ${what}` };
  };
}

function unset(what: string): Parser<never> {
  return () => ({ wanted: `not to be set: this version does not support ${what}` });
}
