/** Time limit of a request, of a route and of a virtual node's listener, in milliseconds (App Mesh's). */
export const REQUEST_TIMEOUT = 15_000;

/** How long a request or a TCP connection may lie idle, in milliseconds (App Mesh's; Envoy's own for requests). */
export const IDLE_TIMEOUT = 300_000;

/**
 * Connecting to the application beside the proxy, and to a gateway's own second pass, in milliseconds (Envoy's own default). An
 * application that is not there refuses at once; one whose queue of connections is full has the kernel ask again after a
 * second, which App Mesh's 250 ms did not wait for.
 */
export const INGRESS_CONNECT_TIMEOUT = 5000;

/** Connecting to another virtual node, in milliseconds (App Mesh's). */
export const EGRESS_CONNECT_TIMEOUT = 1000;

/** Connecting to an address outside the mesh, in milliseconds (Envoy's own default: a lost SYN costs a second). */
export const PASS_THROUGH_CONNECT_TIMEOUT = 5000;

/** The value of every circuit breaker that nobody set (App Mesh's). */
export const UNLIMITED = 2_147_483_647;

/** Retries of a route that has no policy (App Mesh's). */
export const RETRIES = 2;

/** How often a retry looks for a host that was not tried yet (App Mesh's). */
export const HOST_SELECTION_ATTEMPTS = 5n;

/** The rank of a route without a priority: behind every explicit one, of which 1000 is the last. */
export const NO_PRIORITY = 1001;

/** The most KiB of headers that an Envoy takes which does not say that it knows more. */
export const OLD_HEADER_KIB = 96;

/** How many KiB one header of HTTP/2 has at most: what Envoy takes where nothing is said, and what it can be told. */
export const HEADER_KIB = 64;
export const MOST_HEADER_KIB = 256;

/** The Host that a request of HTTP/1.0 gets where it has none, which HTTP/1.1 does not allow. */
export const HTTP10_HOST = 'localhost';

/**
 * How many streams a connection to the application is given before it has said how many it takes: what HTTP/2 recommends
 * as the least (RFC 9113, 6.5.2). Those that wait for a connection are shared out by it.
 */
export const APPLICATION_STREAMS = 100;

/**
 * How often a stream that the application refused is sent again, 25 to 250 ms later each time (Envoy's own): enough for
 * 1,000 at once to an application that takes 5 a connection.
 */
export const REFUSED_STREAM_RETRIES = 20;

/** One DNS question: seconds until it is asked again, and how often, so that a dead server costs 2 to 3 s, not 69. */
export const DNS_QUERY = { timeoutSeconds: 1n, tries: 2 } as const;

/**
 * How long a new listener or cluster waits for a secret, in milliseconds, before it goes into force without it, and
 * refuses connections until it comes. Envoy's own 15 s would hold up all of a proxy's start.
 */
export const SECRET_FETCH_TIMEOUT = 2000;

/**
 * The back-off of Envoy's streams for secrets to a socket on its own host, in milliseconds. Envoy's own goes up to 30 s, so a
 * server that came back was used half a minute later. Envoy knows the field since 1.26; an older one passes it over.
 */
export const SECRET_RETRY_INTERVALS = { base: 200, max: 2000 } as const;

/** The longest duration that is sent, in milliseconds (31 years): Envoy refuses what its clock cannot hold. */
export const LONGEST = 1e12;

/** The largest value of Envoy's 32-bit counters. */
export const UINT32_MAX = 4_294_967_295;
