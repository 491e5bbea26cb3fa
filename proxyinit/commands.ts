/** Commands of proxyinit. */
export const COMMANDS = ['apply', 'detach', 'remove', 'status', 'verify'] as const;

/** A command of proxyinit. */
export type ProxyinitCommand = (typeof COMMANDS)[number];
