import { asObject } from '../as-object.ts';

/**
 * The key in a Listener's `metadata.filter_metadata` under which the control plane names the backend of a listener on loopback
 * (feature `loopbackEgress`). Its value is a Struct of the shape of `LoopbackBackend`. It never changes for a listener, so Envoy may
 * see it.
 */
export const LOOPBACK_BACKEND = 'daybreak.backend';

/** A backend, and the address at which the application calls it instead of the virtual service's own name and port. */
export type LoopbackBackend = {
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
};

/** Reads the value of `LOOPBACK_BACKEND`; undefined if it is malformed. */
export function readLoopbackBackend(struct: unknown): LoopbackBackend | undefined {
  const { service, port, protocol, address } = asObject(struct);
  return typeof service === 'string' &&
    typeof port === 'number' &&
    typeof protocol === 'string' &&
    typeof address === 'string'
    ? { service, port, protocol, address }
    : undefined;
}

/** Returns the call that reaches a backend: a URL for requests, else the address. */
export function loopbackCall({ protocol, address }: LoopbackBackend): string {
  return protocol === 'tcp' ? address : `http://${address}`;
}
