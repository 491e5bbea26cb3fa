import type { IncomingHttpHeaders } from 'node:http';

/** The form of a secret of a session: 256 random bits in base64url. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The longest life of a cookie, in seconds: that of a session. */
const MAX_AGE = 8 * 60 * 60;

/**
 * Returns the secret of the session that a request's cookie has; undefined without one. `encrypted`: the connection uses TLS, where
 * only a cookie that an encrypted response of this very host set counts (the prefix `__Host-`, RFC 6265bis section 4.1.3.2).
 */
export function secretInCookie({ cookie }: IncomingHttpHeaders, encrypted: boolean): string | undefined {
  const prefix = `${nameOf(encrypted)}=`;
  const values = (cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  return values.find((value) => SECRET.test(value));
}

/** Returns the `Set-Cookie` that gives a browser the secret of a session. */
export function cookieOf(secret: string, encrypted: boolean): string {
  return setCookie(secret, MAX_AGE, encrypted);
}

/** Returns the `Set-Cookie` that removes it. */
export function noCookie(encrypted: boolean): string {
  return setCookie('', 0, encrypted);
}

function setCookie(value: string, maxAge: number, encrypted: boolean): string {
  const flags = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${encrypted ? '; Secure' : ''}`;
  return `${nameOf(encrypted)}=${value}; ${flags}`;
}

function nameOf(encrypted: boolean): string {
  return encrypted ? '__Host-daybreak' : 'daybreak-session';
}
