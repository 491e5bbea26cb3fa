/**
 * Says what takes long. On a terminal it is one line that counts the seconds; elsewhere a plain line at the start and at
 * the end. `doing` says what happens and how long it usually takes.
 * @typedef {{ step<T>(what: string, doing: string, work: () => Promise<T>): Promise<T> }} Progress
 */

/**
 * @param {import('node:tty').WriteStream | import('node:stream').Writable} stream
 * @param {{ terminal?: boolean }} [options] terminal: default, whether `stream` is one
 * @returns {Progress}
 */
export function createProgress(
  stream,
  { terminal = 'isTTY' in stream && stream.isTTY && process.env['TERM'] !== 'dumb' } = {},
) {
  return {
    async step(what, doing, work) {
      const started = performance.now();
      const seconds = () => Math.round((performance.now() - started) / 1000);
      const redraw = () => stream.write(`\r\x1b[2K${what}: ${doing} … ${seconds()} s`);
      if (terminal) redraw();
      else stream.write(`${what}: ${doing} …\n`);
      const timer = terminal ? setInterval(redraw, 1000) : undefined;
      const end = (/** @type {string} */ how) =>
        stream.write(`${terminal ? '\r\x1b[2K' : ''}${what}: ${how} ${seconds()} s\n`);
      try {
        const result = await work();
        end('done in');
        return result;
      } catch (error) {
        end('failed after');
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
