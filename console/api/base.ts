/** The path under which the browser reaches the API: `/`, or that of a proxy in front, e.g. `/daybreak/`. */
let base = '/';

/** Takes the path of the page, `…/console/…`. */
export function useBase(pathname: string): void {
  const end = pathname.lastIndexOf('/console/');
  base = end === -1 ? '/' : pathname.slice(0, end + 1);
}

/** Returns the path at which the browser reaches a path of the API. */
export function addressIn(path: string): string {
  return `${base}${path.slice(1)}`;
}
