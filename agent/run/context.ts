import type { AgentLog } from '../output/agent-log.ts';
import type { Outputs } from '../output/outputs.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { Variables } from '../settings/variables-file.ts';
import type { Hangups } from '../reload/hangups.ts';
import type { Leave } from '../take-over/leave.ts';
import type { StopSignals } from '../stop-signals.ts';

/** Inputs of every step of a run. */
export type Context = {
  readonly settings: AgentSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The source of `env`, for a reload. */
  readonly variables: Variables;
  readonly agentLog: AgentLog;
  readonly outputs: Outputs;
  readonly stop: StopSignals;
  readonly hangups: Hangups;
  readonly leave: Leave;
  /** When the agent started, by `performance.now()`. */
  readonly startedMs: number;
  /** Resources that the steps opened. They are closed in reverse order, also when a later step fails. */
  readonly opened: AsyncDisposableStack;
};
