import type { JSX } from 'preact';
import { Icon } from '../parts/icon.tsx';
import type { Texts } from '../text/texts.ts';

/** The buttons of the map's window. `onZoom`: `in`, `out`, or `whole`, which shows the whole map. */
export function MapButtons({
  t,
  onZoom,
}: {
  readonly t: Texts;
  readonly onZoom: (way: 'in' | 'out' | 'whole') => void;
}): JSX.Element {
  const buttons = [
    ['in', 'plus', t.map.zoomIn],
    ['out', 'minus', t.map.zoomOut],
    ['whole', 'fit', t.map.fit],
  ] as const;
  return (
    <div class="map-zoom">
      {buttons.map(([way, icon, label]) => (
        <button
          key={way}
          type="button"
          class="button icon"
          aria-label={label}
          title={label}
          onClick={() => onZoom(way)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
