/** The pages, in the order of the navigation. */
export const PAGES = [
  'map',
  'canaries',
  'proxies',
  'explain',
  'resources',
  'changes',
  'problems',
  'identity',
] as const;

/** A page of the navigation. */
export type Page = (typeof PAGES)[number];

/**
 * The view that the address names. It stands behind the `#`, so one file serves all views: `#/MESH/PAGE/…?owner=ACCOUNT`. Details of a page are
 * in `rest`.
 */
export type Place = {
  readonly mesh: string;
  /** The account that owns the mesh; empty: the only one of that name. */
  readonly owner: string;
  readonly page: Page | 'service';
  /** The steps of the path after the page: the key of a resource, or a proxy. */
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
};

/** Reads an address. Undefined for one without a mesh. */
export function placeOf(hash: string): Place | undefined {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [mesh = '', page = 'map', ...rest] = path.split('/').map(decoded);
  if (mesh === '') return undefined;
  const { owner = '', ...more } = Object.fromEntries(new URLSearchParams(search));
  const known = [...PAGES, 'service' as const].find((each) => each === page);
  return { mesh, owner, page: known ?? 'map', rest: known === undefined ? [] : rest, query: more };
}

/** Writes an address, for a link. */
export function addressOf(place: Partial<Place> & Pick<Place, 'mesh'>): string {
  const { mesh, owner = '', page = 'map', rest = [], query = {} } = place;
  const path = [mesh, page, ...rest].map(encodeURIComponent).join('/');
  const search = new URLSearchParams({ ...(owner === '' ? {} : { owner }), ...query }).toString();
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
