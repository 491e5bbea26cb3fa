const HOST = String.raw`(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])`;

/** A URL with a host, without a user name or fragment. */
const URL_WITH_HOST = new RegExp(
  String.raw`^[A-Za-z][A-Za-z0-9+.-]*://@?${HOST}(?::(\d{1,5}))?(?:[/?][!-"$-~]*)?$`,
);

/** A reference within a site: no colon before the first slash. */
const RELATIVE = /^[\w.~!$&'()*+,;=@?%-]*(?:\/[\w.~!$&'()*+,;=@?%:/-]*)?$/;

const LAST_PORT = 65_535;

/** Whether Envoy keeps a Referer in a request. */
export function isReferer(text: string): boolean {
  const absolute = URL_WITH_HOST.exec(text);
  if (absolute !== null) return Number(absolute[1] ?? 0) <= LAST_PORT;
  return RELATIVE.test(text);
}
