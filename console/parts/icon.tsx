import type { JSX } from 'preact';

/** The pictures: paths on a square of 24. */
const PATHS = {
  map: 'M4 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0zm12-2a2 2 0 1 0 4 0 2 2 0 0 0-4 0zm0 13a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM8 7h4c3 0 2-2 4-2M12 7c3 0 1 11 4 11',
  proxies: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01M12 7.5h4M12 16.5h4',
  canaries: 'M4 12h5c4 0 3-6 8-6h3m-3-3 3 3-3 3M9 12c4 0 3 6 8 6h3m-3-3 3 3-3 3',
  explain: 'M5 5v6a4 4 0 0 0 4 4h10m-4-4 4 4-4 4',
  resources: 'M12 3 4 7l8 4 8-4-8-4zM4 12l8 4 8-4M4 17l8 4 8-4',
  changes: 'M12 8v4l3 2M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8m0-4v4h4',
  problems: 'M12 4 2.8 20h18.4L12 4zm0 6v4m0 3h.01',
  identity: 'M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6l-7-3zm-3 9 2.2 2.2L15.5 10',
  virtualGateway: 'M4 20V10a8 8 0 0 1 16 0v10M4 20h16M9 20v-7a3 3 0 0 1 6 0v7',
  virtualService: 'M12 3v6m0 6v6M5 12h4m6 0h4M9 12a3 3 0 1 0 6 0 3 3 0 0 0-6 0z',
  virtualNode: 'M12 3 4 7.5v9L12 21l8-4.5v-9L12 3zm0 9 8-4.5M12 12v9M12 12 4 7.5',
  virtualRouter: 'M4 12h6m0 0 6-5h4m-10 5 6 5h4m-3-13 3 3-3 3m0 4 3 3-3 3',
  route: 'M4 18h7a4 4 0 0 0 0-8h-1a3 3 0 0 1 0-6h9m-3-2 3 2-3 2',
  gatewayRoute: 'M4 18h7a4 4 0 0 0 0-8h-1a3 3 0 0 1 0-6h9m-3-2 3 2-3 2',
  mesh: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6zM10 7h4M7 10v4m10-4v4m-7 3h4',
  meshIdentity: 'M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6l-7-3z',
  nodeIdentity: 'M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6l-7-3zm-3 9 2.2 2.2L15.5 10',
  accessPolicy: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3m-3.5 4v2',
  group: 'M4 4h10v10H4zM10 18h10V8',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5',
} as const;

/** The name of a picture. */
export type IconName = keyof typeof PATHS;

/** Returns the path of a picture, for one within another SVG. */
export function iconPath(name: IconName): string {
  return PATHS[name];
}

/** A picture beside a text: it says nothing to a screen reader. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
