/**
 * Words that OpenTelemetry's specification allows, for programs that share a variable with the agent, and that mean nothing to the agent.
 * They are not errors: an operator of Kubernetes, for example, sets such variables for all containers.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export const FOREIGN_WORDS = {
  OTEL_METRICS_EXPORTER: ['prometheus', 'console', 'logging', 'otlp/stdout'],
  OTEL_TRACES_EXPORTER: ['jaeger', 'console', 'logging', 'otlp/stdout'],
  OTEL_LOGS_EXPORTER: ['console', 'logging', 'otlp/stdout'],
  OTEL_PROPAGATORS: ['jaeger', 'ottrace'],
  OTEL_TRACES_SAMPLER: ['jaeger_remote', 'parentbased_jaeger_remote'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Words in a variable that have no effect on the agent. */
export type ForeignWords = { readonly variable: string; readonly words: readonly string[] };

/** Returns the words in the environment that have no effect, by variable. */
export function foreignWordsIn(env: Readonly<Record<string, string | undefined>>): readonly ForeignWords[] {
  return Object.entries(FOREIGN_WORDS).flatMap(([variable, known]) => {
    const given = (env[variable] ?? '').split(',').map((word) => word.trim().toLowerCase());
    const words = known.filter((word) => given.includes(word));
    return words.length === 0 ? [] : [{ variable, words }];
  });
}
