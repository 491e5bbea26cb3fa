import type { Status } from './status.ts';

/** Returns the state of a proxy, and why it is not healthy, on one line. */
export function healthLine({ envoyState, daybreak: { supervisor, notReady, problems } }: Status): string {
  const reasons = [...notReady, ...problems.map(({ code, problem }) => `${problem} (${code})`)];
  const state = `Envoy is ${envoyState}, the supervisor ${supervisor.state}`;
  return [state, ...reasons].join('; ');
}
