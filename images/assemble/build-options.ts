import type { Architecture } from './architecture.ts';
import type { Target } from './definitions.ts';
import type { EnvoySource } from './envoy-binary.ts';

/** The images to build, and their sources. */
export type BuildOptions = {
  readonly images: readonly { readonly target: Target; readonly reference: string }[];
  readonly architecture: Architecture;
  readonly envoy: EnvoySource;
  /** The control plane that the Envoy images connect to by default. */
  readonly xdsEndpoint: string | undefined;
  /** A file with certificates of authorities, which sign that control plane's. */
  readonly xdsCa: string | undefined;
  /** Versions and hashes of Debian packages. Undefined: the newest. */
  readonly pins: string | undefined;
  /** Mirrors of Debian; empty: those of this machine's apt. */
  readonly mirrors: readonly string[];
  /** A folder that keeps Debian's packages for further builds. */
  readonly cache: string;
  /** The archive to write. Undefined: Docker loads the images. */
  readonly output: string | undefined;
  /** The time of all files and of the images, in seconds. */
  readonly epoch: number;
};
