/** The kinds of telemetry, by OpenTelemetry's names. */
export const SIGNALS = ['metrics', 'traces', 'logs'] as const;

/** A kind of telemetry. */
export type Signal = (typeof SIGNALS)[number];
