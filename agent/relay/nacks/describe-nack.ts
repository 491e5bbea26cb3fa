import type { AgentCode } from '../../codes.ts';

/** Formats the message of Envoy's NACK on one line, and explains an error that does not name its cause. */
export function describeNack(error: string): string {
  const message = error.trim().replaceAll(/\s*\n\s*/g, '; ');
  const port = PORT_IN_USE.exec(message)?.[1];
  return port === undefined
    ? message
    : `${message} (another program of this host listens on port ${port}, which Envoy needs)`;
}

/** Returns the code of a NACK by its message. */
export function nackCode(message: string): AgentCode {
  return /Address already in use/.test(message) ? 'PORT_TAKEN' : 'CONFIG_REFUSED';
}

const PORT_IN_USE = /cannot bind '[^']*:(\d+)': Address already in use/;
