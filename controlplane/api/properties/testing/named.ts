/** What right specifications may name: a test has to make these first. Nodes and routers without listeners, services without provider. */
export const NAMED = {
  nodes: ['blue', 'red', 'green'],
  routers: ['router'],
  services: ['teller.local'],
} as const;

/** The port of the one listener of each gateway that a test has to make, one for each protocol. */
export const GATEWAY_PORT = 80;
