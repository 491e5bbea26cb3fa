/** Time limit of a request, of a route and of a virtual node's listener, in milliseconds (App Mesh's). */
export const REQUEST_TIMEOUT = 15_000;

/** Idle time-out of a request or a TCP connection, in milliseconds (App Mesh's; Envoy's own for requests). */
export const IDLE_TIMEOUT = 300_000;

/**
 * Connect time-out to the application beside the proxy, and to a gateway's own second pass, in milliseconds (Envoy's default). If the
 * application is down, the kernel refuses the connection at once. If the application's accept queue is full, the kernel retries the SYN
 * after one second, so App Mesh's 250 ms were too short.
 */
export const INGRESS_CONNECT_TIMEOUT = 5000;

/** Connect time-out to another virtual node, in milliseconds (App Mesh's). */
export const EGRESS_CONNECT_TIMEOUT = 1000;

/** Connect time-out to an address outside the mesh, in milliseconds (Envoy's default: a lost SYN costs a second). */
export const PASS_THROUGH_CONNECT_TIMEOUT = 5000;

/** The default of every circuit breaker (App Mesh's). */
export const UNLIMITED = 2_147_483_647;

/** Retries of a route without a policy (App Mesh's). */
export const RETRIES = 2;

/** How many hosts a retry considers to find one that was not tried yet (App Mesh's). */
export const HOST_SELECTION_ATTEMPTS = 5n;

/** The rank of a route without a priority: after every explicit priority, of which 1000 is the last. */
export const NO_PRIORITY = 1001;

/** The largest header size in KiB for an Envoy that does not declare support for more. */
export const OLD_HEADER_KIB = 96;

/** The limit of one HTTP/2 header, in KiB: Envoy's default, and the largest value that it accepts. */
export const HEADER_KIB = 64;
export const MOST_HEADER_KIB = 256;

/** The Host of an HTTP/1.0 request without one, because HTTP/1.1 requires it. */
export const HTTP10_HOST = 'localhost';

/**
 * How many streams a connection to the application may have before the application announces its own limit: the least that
 * HTTP/2 recommends (RFC 9113, 6.5.2). Envoy distributes queued streams over new connections by this number.
 */
export const APPLICATION_STREAMS = 100;

/**
 * How often a stream that the application refused is retried, with a back-off of 25 to 250 ms (Envoy's own): enough for 1,000
 * concurrent streams to an application that accepts 5 per connection.
 */
export const REFUSED_STREAM_RETRIES = 20;

/** One DNS query: its time-out in seconds, and the number of tries, so that a dead server costs 2 to 3 s, not 69. */
export const DNS_QUERY = { timeoutSeconds: 1n, tries: 2 } as const;

/**
 * How long a new listener or cluster waits for a secret, in milliseconds. Then it becomes active without the secret, and
 * refuses connections until the secret arrives. Envoy's default of 15 s would delay the whole start of a proxy.
 */
export const SECRET_FETCH_TIMEOUT = 2000;

/**
 * The back-off of Envoy's SDS streams to a socket on its own host, in milliseconds. Envoy's default goes up to 30 s, so a
 * restarted server would be used half a minute late. Envoy has this field since 1.26; older releases ignore it.
 */
export const SECRET_RETRY_INTERVALS = { base: 200, max: 2000 } as const;

/** The longest duration that is sent, in milliseconds (31 years): Envoy rejects durations beyond its clock's range. */
export const LONGEST = 1e12;

/** The largest value of Envoy's 32-bit counters. */
export const UINT32_MAX = 4_294_967_295;

/**
 * How long a tcp listener with mutual TLS waits for the first bytes of a connection, in milliseconds. A connection without any is plain
 * text: its server speaks first, as that of MySQL and SMTP.
 */
export const SILENT_CLIENT_WAIT = 100;

/**
 * How often a caller tries to connect to a tcp listener that takes mutual TLS. If it sends its first bytes later than `SILENT_CLIENT_WAIT`,
 * which a busy machine may cause, the connection is plain text, and the handshake fails before the application has sent anything. Attempts without a
 * wait between them would all meet the same busy moment.
 */
export const MESH_CONNECT_ATTEMPTS = { most: 5, wait: { first: 100, longest: 1000 } } as const;

/**
 * How long a connection with mutual TLS takes new requests, in milliseconds: an hour. An open connection outlives its certificate, so
 * that its peer has to show a valid one again.
 */
export const MESH_CONNECTION_LIFETIME = 3_600_000;
