import type { Docker } from '../../docker/testing/dockerd.ts';
import type { Endpoint } from './endpoint.ts';
import type { Engine } from './engine.ts';

/** The parts that all tasks of a player share. */
export type PlayerParts = {
  readonly docker: Docker;
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  /** Docker's network of all tasks. */
  readonly network: string;
  /** An image with `bash`, `sleep` and `iptables`. */
  readonly toolImage: string;
};
