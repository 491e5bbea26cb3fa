/** The treatments of the X-Ray daemon: it stays, or the agent replaces it, and sends by OTLP or to X-Ray's API. */
export const TELEMETRIES = ['keep', 'otlp', 'xray'] as const;

/** One of the three. */
export type Telemetry = (typeof TELEMETRIES)[number];

/** The answers of the caller. An undefined value keeps that of the definition. */
export type RenderOptions = {
  /** The Envoy image. */
  readonly image: string | undefined;
  /** The image for containers that write the iptables rules. */
  readonly proxyinitImage: string | undefined;
  /** The value of APPMESH_XDS_ENDPOINT. */
  readonly xdsEndpoint: string | undefined;
  /** The ARN (or, in the same region, the name) of a secret or an SSM parameter with the agent's token. */
  readonly xdsTokenSecret: string | undefined;
  /** The same for the certificates of the control plane's authority, in PEM form. */
  readonly xdsCaSecret: string | undefined;
  /** The same for the client certificate by which the agent authenticates, and for its key. */
  readonly xdsCertSecret: string | undefined;
  readonly xdsKeySecret: string | undefined;
  /** The treatment of the X-Ray daemon. */
  readonly telemetry: Telemetry;
  /** The receiver of OTLP, a URL. */
  readonly otlpEndpoint: string | undefined;
};
