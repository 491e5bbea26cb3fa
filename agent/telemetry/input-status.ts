/** The counts of an input. */
export type InputStatus = {
  /** The protocol, and the address at which the agent receives it. */
  readonly input: string;
  readonly state: 'listening' | 'left to another program';
  /** Items that arrived: lines of StatsD, metric points, spans, log records. */
  readonly received: number;
  /** Items that the agent could not read, or whose kind it does not know. */
  readonly invalid: number;
  /** Datagrams that the kernel dropped, because the agent read too slowly. Undefined where the kernel does not drop. */
  readonly kernelDropped: number | undefined;
};
