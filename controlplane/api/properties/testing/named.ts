/** The resources that valid specifications may name; a test must create them first, without listeners or providers. */
export const NAMED = {
  nodes: ['blue', 'red', 'green'],
  routers: ['router'],
  services: ['teller.local'],
} as const;

/** The port of the one listener of each gateway. A test must create one gateway per protocol. */
export const GATEWAY_PORT = 80;
