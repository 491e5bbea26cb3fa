import type { AgentLog } from '../output/agent-log.ts';
import type { Outputs } from '../output/outputs.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { StopSignals } from '../stop-signals.ts';

/** Inputs of every step of a run. */
export type Context = {
  readonly settings: AgentSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly agentLog: AgentLog;
  readonly outputs: Outputs;
  readonly stop: StopSignals;
  readonly startedAt: Date;
  /** Resources that the steps opened. They are closed in reverse order, also when a later step fails. */
  readonly opened: AsyncDisposableStack;
};
