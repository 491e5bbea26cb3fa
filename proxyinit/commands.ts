/** Commands of proxyinit. */
export const COMMANDS = ['apply', 'remove', 'status', 'verify'] as const;

/** A command of proxyinit. */
export type ProxyinitCommand = (typeof COMMANDS)[number];
