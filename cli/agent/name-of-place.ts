import type { ListenAddress } from '../../agent/serving/serve.ts';

/** Formats a place: `127.0.0.1:9902`, `[::1]:9902`, or the path of a socket. */
export function nameOfPlace(place: ListenAddress): string {
  if ('path' in place) return place.path;
  return `${place.address.includes(':') ? `[${place.address}]` : place.address}:${place.port}`;
}
