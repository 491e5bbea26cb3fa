/**
 * Returns pino's `timestamp`: the field `time` in ISO 8601, UTC. It keeps the text up to the second, because a thousand proxies that
 * connect at once log thousands of lines. `now`: milliseconds since 1970.
 */
export function createTimestamp(now: () => number = Date.now): () => string {
  let second = Number.NaN;
  let upToSecond = '';
  return () => {
    const ms = now();
    if (Math.floor(ms / 1000) !== second) {
      second = Math.floor(ms / 1000);
      upToSecond = new Date(ms).toISOString().slice(0, -'000Z'.length);
    }
    return `,"time":"${upToSecond}${String(ms % 1000).padStart(3, '0')}Z"`;
  };
}
