/** Returns the address of a peer, `HOST:PORT`, without brackets; that of an IPv4 client on an IPv6 socket in IPv4 form. */
export function peerHost(peer: string): string {
  const host = peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host.replace(/^::ffff:(?=\d+\.)/i, '');
}
