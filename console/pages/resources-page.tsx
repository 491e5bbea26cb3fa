import type { ComponentChildren, JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import { KINDS, keyOf, type Kind, type Resource } from '../model/resources.ts';
import { Icon } from '../parts/icon.tsx';
import type { Texts } from '../text/texts.ts';

/** The state of the list of resources. */
export type ResourcesPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  /** Sorted by kind and name. */
  readonly resources: readonly Resource[];
  readonly chosen: string | undefined;
  readonly kind: Kind | 'all';
  readonly filter: string;
  readonly writable: boolean;
  readonly onKind: (kind: Kind | 'all') => void;
  readonly onFilter: (text: string) => void;
  /** The chosen resource, or the form of a new one. */
  readonly children: ComponentChildren;
};

/** How many resources the list shows at most: the filter finds the others. */
const SHOWN = 500;

/** Every resource of a mesh: the list, and the chosen one beside it. */
export function ResourcesPage(props: ResourcesPageProps): JSX.Element {
  const { t, resources, kind, filter, children } = props;
  const wanted = filter.trim().toLowerCase();
  const matching = resources.filter(
    (each) =>
      (kind === 'all' || each.kind === kind) && `${each.parent} ${each.name}`.toLowerCase().includes(wanted),
  );
  return (
    <div class="page">
      <header>
        <h1>{t.pages.resources}</h1>
        <p class="lead">{t.resources.lead}</p>
      </header>
      <div class="columns">
        <section class="card" aria-label={t.pages.resources}>
          <Filters {...props} />
          <ul class="list scrolling">
            {matching.slice(0, SHOWN).map((resource) => (
              <li key={keyOf(resource)} class={`tone-${resource.kind}`}>
                <Pick {...props} resource={resource} />
              </li>
            ))}
          </ul>
          {matching.length > SHOWN ? <p class="more quiet small">{`… ${matching.length - SHOWN}`}</p> : null}
        </section>
        <div class="stack">{children}</div>
      </div>
    </div>
  );
}

/** The filter of the list, and the way to a new resource. */
function Filters({
  t,
  mesh,
  owner,
  kind,
  filter,
  writable,
  onKind,
  onFilter,
}: ResourcesPageProps): JSX.Element {
  return (
    <div class="head">
      <select
        aria-label={t.resources.kind}
        value={kind}
        onChange={({ currentTarget }) => onKind(currentTarget.value as Kind | 'all')}
      >
        <option value="all">{t.proxies.all}</option>
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {t.kinds[each]}
          </option>
        ))}
      </select>
      {writable ? (
        <span class="end">
          <a class="button slim" href={addressOf({ mesh, owner, page: 'resources', query: { new: '1' } })}>
            <Icon name="plus" />
            {t.resources.create}
          </a>
        </span>
      ) : null}
      <input
        type="search"
        class="filter"
        aria-label={t.resources.filter}
        placeholder={t.resources.filter}
        value={filter}
        onInput={({ currentTarget }) => onFilter(currentTarget.value)}
      />
    </div>
  );
}

/** A resource of the list. */
function Pick({
  t,
  mesh,
  owner,
  chosen,
  resource,
}: ResourcesPageProps & { resource: Resource }): JSX.Element {
  const key = keyOf(resource);
  return (
    <a
      class="pick"
      href={addressOf({ mesh, owner, page: 'resources', rest: [key] })}
      aria-current={key === chosen ? 'true' : undefined}
    >
      <Icon name={resource.kind} />
      <span>
        <span class="name">{resource.name}</span>
        <span class="quiet small block">
          {`${t.kinds[resource.kind]}${resource.parent === '' ? '' : ` · ${resource.parent}`}`}
        </span>
      </span>
      <span class="quiet small">{`v${resource.version}`}</span>
    </a>
  );
}
