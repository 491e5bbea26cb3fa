import type { Telemetry } from './changes/telemetry.ts';

/** The answers of the caller. A value that is undefined leaves the definition's own in place. */
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
  /** The same for the client certificate by which the agent shows who it is, and for its key. */
  readonly xdsCertSecret: string | undefined;
  readonly xdsKeySecret: string | undefined;
  /** What becomes of the X-Ray daemon. */
  readonly telemetry: Telemetry;
  /** The receiver of OTLP, a URL. */
  readonly otlpEndpoint: string | undefined;
};
