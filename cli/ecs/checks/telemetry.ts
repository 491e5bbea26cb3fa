import type { Container } from '../task-definition.ts';

const TELEMETRY = /xray|cloudwatch-agent|cwagent|statsd|otel|prometheus|datadog|fluent-?bit|log-?router/i;

/** Whether a container collects telemetry of the task, by its name or image. Its traffic is meant to bypass Envoy. */
export function isTelemetry({ name, image }: Container): boolean {
  return [name, image].some((each) => typeof each === 'string' && TELEMETRY.test(each));
}
