import type { Architecture } from './architecture.ts';

/** The images, in the order in which they are built. */
export const TARGETS = [
  'envoy',
  'envoy-slim',
  'proxy-route-manager',
  'controlplane',
  'color',
  'prometheus',
  'postgres',
] as const;

/** Images that are built only if they are asked for: those of docker-compose.yml's profiles. */
export const ON_REQUEST: readonly Target[] = ['prometheus', 'postgres'];

/** One of the images. */
export type Target = (typeof TARGETS)[number];

/** The layers of all images. Each comes from a folder of its own; images with the same first layers share them. */
export type LayerName =
  | 'base'
  | 'node'
  | 'envoy'
  | `packages-${'envoy' | 'envoy-slim' | 'proxy-route-manager' | 'controlplane'}`
  | 'programs'
  | 'programs-slim'
  | 'programs-color'
  | 'packages-prometheus'
  | 'packages-postgres'
  | 'programs-postgres'
  | 'endpoint';

/** A health check, in the form of an image's configuration; times in nanoseconds. */
export type Healthcheck = {
  readonly Test: readonly string[];
  readonly Interval: number;
  readonly Timeout: number;
  readonly StartPeriod: number;
  readonly Retries: number;
};

/**
 * An image: its layers from the lowest to the highest, and how a container of it starts. One more layer, on top, has its bill of materials.
 */
export type Definition = {
  readonly description: string;
  readonly layers: readonly LayerName[];
  readonly command: readonly string[];
  readonly user?: string;
  readonly env?: readonly string[];
  readonly healthcheck?: Healthcheck;
};

const SECOND = 1_000_000_000;

/**
 * The times of a health check. Docker 20.10 starts the next check beside one that timed out and still runs, so the time-out is above the limits of
 * the checks themselves: with 2 s, 23 of them piled up in a container of a machine without time for them.
 */
const TIMES = { Interval: 5 * SECOND, Timeout: 10 * SECOND, StartPeriod: 10 * SECOND, Retries: 3 };

/** The times of a check that starts Node. */
const OF_NODE = { ...TIMES, Interval: 10 * SECOND };

/** As `GET /readyz` of the agent says. The image with a shell asks by curl, the one without by Node. */
const AGENT_READY = ['CMD', '/usr/bin/agent', 'ready'];

/** The contents of each image. Node and Envoy, which are large and seldom change, come before the rest. */
export const IMAGES: Readonly<Record<Target, Definition>> = {
  envoy: {
    description: "Daybreak's agent and Envoy, in place of aws-appmesh-envoy",
    layers: ['base', 'node', 'envoy', 'packages-envoy', 'programs', 'endpoint'],
    command: ['/usr/bin/agent'],
    user: '1337',
    healthcheck: { Test: AGENT_READY, ...TIMES },
  },
  'envoy-slim': {
    description: "Daybreak's agent and Envoy, without a shell",
    layers: ['base', 'node', 'envoy', 'packages-envoy-slim', 'programs-slim', 'endpoint'],
    command: ['/usr/bin/agent'],
    user: '1337',
    // A script has one flag of its interpreter; the others come from here.
    env: ['NODE_OPTIONS=--disable-sigusr1'],
    healthcheck: { Test: AGENT_READY, ...OF_NODE },
  },
  'proxy-route-manager': {
    description: "Daybreak's proxyinit, in place of aws-appmesh-proxy-route-manager",
    layers: ['base', 'node', 'packages-proxy-route-manager', 'programs'],
    command: ['/usr/bin/daybreak', 'proxyinit'],
    // For a container that keeps the network of a task after it has written the rules, as in docker-compose.yml.
    healthcheck: {
      Test: ['CMD', '/usr/bin/daybreak', 'proxyinit', 'status'],
      ...OF_NODE,
    },
  },
  controlplane: {
    description: "Daybreak's control plane",
    layers: ['base', 'node', 'packages-controlplane', 'programs'],
    command: ['/usr/bin/daybreak', 'controlplane', '--data', '/var/lib/daybreak'],
    user: '1337',
    healthcheck: {
      Test: ['CMD', '/usr/bin/daybreak', 'controlplane', 'ready'],
      ...OF_NODE,
    },
  },
  color: {
    description: 'The color application, for docker-compose.yml',
    layers: ['base', 'node', 'packages-controlplane', 'programs-color'],
    command: ['/usr/bin/color', 'teller'],
    user: '1000',
  },
  prometheus: {
    description: 'Prometheus, for docker-compose.yml',
    layers: ['base', 'packages-prometheus'],
    command: [
      '/usr/bin/prometheus',
      '--config.file=/compose/prometheus.yml',
      '--storage.tsdb.path=/var/lib/daybreak/prometheus',
    ],
    user: '1337',
  },
  postgres: {
    description: 'PostgreSQL, for docker-compose.yml',
    layers: ['base', 'packages-postgres', 'programs-postgres'],
    command: ['/usr/bin/postgres'],
    user: '1337',
  },
};

/** Returns the variables that bake an endpoint into the Envoy images, for tools that cannot set them. */
export function endpointEnv(endpoint: string | undefined, ca: string | undefined): readonly string[] {
  return [
    ...(endpoint === undefined ? [] : [`APPMESH_XDS_ENDPOINT=${endpoint}`]),
    ...(ca === undefined ? [] : ['DAYBREAK_XDS_CA_FILE=/etc/daybreak/xds-ca.pem']),
  ];
}

/** Returns the platform of an image. The architecture's name in an image's configuration is Debian's. */
export function platformOf(architecture: Architecture): {
  readonly architecture: string;
  readonly os: 'linux';
} {
  return { architecture, os: 'linux' };
}
