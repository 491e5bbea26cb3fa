import type { Docker } from '../../docker/testing/dockerd.ts';
import type { Cluster } from './cluster/cluster.ts';

/** The parts of a run. */
export type Scene = {
  readonly cluster: Cluster;
  readonly docker: Docker;
  /** The folder of kubectl, helm and the controller. */
  readonly bin: string;
  /** The sources of the controller and of App Mesh's examples. */
  readonly controller: string;
  readonly examples: string;
};

/** Prints a figure of the run. */
export function say(figure: object): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

/** Returns the seconds since a time of `performance.now()`, with one decimal. */
export function seconds(since: number): number {
  return Math.round((performance.now() - since) / 100) / 10;
}
