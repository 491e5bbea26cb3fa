import type { SpecChange } from '../../controlplane/console/contract.ts';
import type { RouteFigures } from '../model/figures/observed.ts';
import type { Typed } from '../model/resources.ts';
import type { Target } from '../model/routes/routes.ts';
import type { Holders } from '../model/routes/splits.ts';
import type { Standing } from '../model/routes/standing.ts';
import type { Push } from '../parts/push-progress.tsx';
import type { Preview } from '../state/change.ts';
import type { Texts } from '../text/texts.ts';

/** The state of one route, and what the user may do with it. */
export type RouteCardState = {
  /** The key of the route. */
  readonly id: string;
  readonly route: Typed<'route'>;
  /** The virtual services that lead to its router. */
  readonly services: readonly string[];
  /** The targets as the user has changed them; undefined: as they are. */
  readonly targets: readonly Target[] | undefined;
  /** Nodes that could be further targets. */
  readonly others: readonly string[];
  /** The requests that reached the targets since the weights stand; undefined without figures. */
  readonly seen: RouteFigures | undefined;
  /** Since when the weights stand; undefined until it is known. */
  readonly standing: Standing | undefined;
  /** The proxies that send requests by this route. */
  readonly holders: Holders;
  readonly preview: Preview;
  readonly push: Push | undefined;
  /** Whether the route was changed elsewhere since the user began to move weights. */
  readonly conflict: boolean;
  /** Whether a change is on its way. */
  readonly saving: boolean;
  readonly error: string | undefined;
  /** Whether the caller may change it. */
  readonly writable: boolean;
  readonly undoable: boolean;
  readonly onWeight: (index: number, weight: number) => void;
  readonly onAdd: (virtualNode: string) => void;
  readonly onReset: () => void;
  readonly onApply: () => void;
  /** Saves although the route was changed elsewhere. */
  readonly onOverwrite: () => void;
  readonly onUndo: () => void;
  /** Undoes a change that another session may have made. */
  readonly onBack: (change: SpecChange) => void;
};

/** Arguments of the card. `number`: the route's place in the order of matches; undefined where routes of several routers are listed. */
export type RouteCardProps = RouteCardState & {
  readonly t: Texts;
  readonly now: number;
  readonly number?: number;
  readonly at: { readonly mesh: string; readonly owner: string };
};
