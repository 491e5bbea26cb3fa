/** An error that stops the set-up or a task. Its message is for people: the missing or failed part, and what to do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ exitCode?: number, cause?: unknown }} [options] exitCode: default 1; 130 and the like after a signal
   */
  constructor(message, { exitCode = 1, cause } = {}) {
    super(message, { cause });
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}
