/** What can be asked of proxyinit. */
export const COMMANDS = ['apply', 'remove', 'status', 'verify'] as const;

/** One of them. */
export type ProxyinitCommand = (typeof COMMANDS)[number];
