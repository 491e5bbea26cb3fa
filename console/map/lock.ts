/** The dashes of a lock where TLS is optional. */
export const LOCK_DASHES = '3 3';
