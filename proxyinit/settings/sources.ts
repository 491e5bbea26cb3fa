/** The sources of one setting. Each setting also has the variable `DAYBREAK_` + the flag's name in capitals. */
export type Source = {
  /** The flag, without `--`. */
  readonly flag: string;
  /** Name of the flag's argument. A flag without argument is 1, or 0 with the prefix `no-`. */
  readonly argument?: string;
  readonly description: string;
  /** App Mesh's variable for this setting. */
  readonly appmesh?: string;
  /** Property of an ECS `proxyConfiguration` for this setting. */
  readonly property?: string;
};

/** All settings of proxyinit, in the order of the help text. */
export const SOURCES = {
  ignoredUids: {
    flag: 'ignore-uid',
    argument: '<list>',
    description: 'users whose traffic bypasses Envoy (default: 1337, without --ignore-gid)',
    appmesh: 'APPMESH_IGNORE_UID',
    property: 'IgnoredUID',
  },
  ignoredGids: {
    flag: 'ignore-gid',
    argument: '<list>',
    description: 'groups whose traffic bypasses Envoy',
    appmesh: 'APPMESH_IGNORE_GID',
    property: 'IgnoredGID',
  },
  appPorts: {
    flag: 'app-ports',
    argument: '<list>',
    description: 'inbound ports and ranges to redirect to Envoy, or * for all (default: none)',
    appmesh: 'APPMESH_APP_PORTS',
    property: 'AppPorts',
  },
  ingressPort: {
    flag: 'ingress-port',
    argument: '<port>',
    description: "Envoy's port for inbound traffic (default: 15000)",
    appmesh: 'APPMESH_ENVOY_INGRESS_PORT',
    property: 'ProxyIngressPort',
  },
  egressPort: {
    flag: 'egress-port',
    argument: '<port>',
    description: "Envoy's port for outbound traffic (default: 15001)",
    appmesh: 'APPMESH_ENVOY_EGRESS_PORT',
    property: 'ProxyEgressPort',
  },
  ignoredPorts: {
    flag: 'egress-ignored-ports',
    argument: '<list>',
    description: 'destination ports that bypass Envoy, in addition to 22',
    appmesh: 'APPMESH_EGRESS_IGNORED_PORTS',
    property: 'EgressIgnoredPorts',
  },
  ignoredAddresses: {
    flag: 'egress-ignored-ip',
    argument: '<list>',
    description: 'destination addresses and ranges that bypass Envoy, in addition to those of metadata',
    appmesh: 'APPMESH_EGRESS_IGNORED_IP',
    property: 'EgressIgnoredIPs',
  },
  ipv4: { flag: 'enable-ipv4', description: 'write rules for IPv4 (default: yes; --no-enable-ipv4)' },
  ipv6: { flag: 'enable-ipv6', description: 'write the same rules for IPv6', appmesh: 'APPMESH_ENABLE_IPV6' },
  egressPorts: {
    flag: 'egress-ports',
    argument: '<list>',
    description: 'only these destination ports go to Envoy (default: all)',
  },
  egressAddresses: {
    flag: 'egress-ip',
    argument: '<list>',
    description: 'only these destinations go to Envoy (default: all)',
  },
  egressUids: {
    flag: 'egress-uid',
    argument: '<list>',
    description: 'only traffic of these users goes to Envoy (default: all)',
  },
  ingressAddresses: {
    flag: 'ingress-ip',
    argument: '<list>',
    description: 'only inbound traffic from these sources goes to Envoy (default: all)',
  },
  ingressIgnoredPorts: {
    flag: 'ingress-ignored-ports',
    argument: '<list>',
    description: 'inbound ports that bypass Envoy, for --app-ports with ranges or *',
  },
  ingressIgnoredAddresses: {
    flag: 'ingress-ignored-ip',
    argument: '<list>',
    description: 'sources whose inbound traffic bypasses Envoy',
  },
  ignoredInterfaces: {
    flag: 'ignored-interfaces',
    argument: '<list>',
    description: 'interfaces whose traffic bypasses Envoy in both directions, such as docker0 or veth+',
  },
  interceptSsh: { flag: 'intercept-ssh', description: 'redirect port 22 too' },
  dns: { flag: 'dns', description: 'redirect DNS queries to a resolver on this host' },
  dnsPort: {
    flag: 'dns-port',
    argument: '<port>',
    description: 'the port of that resolver (default: 15053)',
  },
  dnsServers: {
    flag: 'dns-servers',
    argument: '<list>',
    description: 'redirect queries to these servers, or to all (default: those of /etc/resolv.conf)',
  },
  dropInvalid: { flag: 'drop-invalid', description: 'drop inbound segments that belong to no connection' },
  startEnabled: {
    flag: 'start-enabled',
    description: 'apply now (the default); --no-start-enabled waits for commands on stdin',
    appmesh: 'APPMESH_START_ENABLED',
  },
  guard: { flag: 'guard', description: 'until the rules are in force, drop the traffic that they redirect' },
  wait: {
    flag: 'wait',
    argument: '[seconds]',
    description: 'how long to wait for other runs and other users of iptables (default: 60)',
  },
  backend: {
    flag: 'iptables-backend',
    argument: '<name>',
    description: 'nft, legacy, or auto: chosen by the existing rules and the kernel (default: auto)',
  },
} as const satisfies Readonly<Record<string, Source>>;

/** Internal name of a setting. */
export type SettingName = keyof typeof SOURCES;

/** The source of an ECS `proxyConfiguration`. Separate, because it contains other settings. */
export const PROXY_CONFIGURATION = {
  flag: 'proxy-configuration',
  argument: '<json|file|metadata>',
  description: "an ECS proxyConfiguration: JSON, a task definition's file, or the container's metadata",
} as const satisfies Source;
