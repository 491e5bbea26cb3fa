import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import type { Typed } from '../model/resources.ts';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import type { RouteCardState } from './route-card-state.ts';
import { RouteCard } from './route-card.tsx';
import type { Texts } from '../text/texts.ts';

/** The state of the page of a virtual service. */
export type ServicePageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  readonly service: Typed<'virtualService'> | undefined;
  readonly name: string;
  readonly router: Typed<'virtualRouter'> | undefined;
  /** In the order in which they match. */
  readonly routes: readonly RouteCardState[];
};

/** A virtual service: its provider, and each route with its weights. */
export function ServicePage(props: ServicePageProps): JSX.Element {
  const { t, mesh, owner, service, name } = props;
  const at = { mesh, owner };
  const provider = service?.spec.provider;
  return (
    <div class="page">
      <header>
        <a class="button slim" href={addressOf({ ...at, page: 'map', rest: [`virtualService/${name}`] })}>
          <Icon name="back" />
          {t.service.back}
        </a>
        <h1 class="name">
          <Name text={name} />
        </h1>
        <span class="badge">{t.kinds.virtualService}</span>
        {service === undefined ? null : (
          <a href={addressOf({ ...at, page: 'resources', rest: [`virtualService/${name}`] })}>
            {t.resources.spec}
          </a>
        )}
      </header>
      {service === undefined ? <p class="note bad">{t.resources.notFound}</p> : null}
      {service !== undefined && provider === undefined ? (
        <p class="note bad">{t.service.noProvider}</p>
      ) : null}
      {provider?.virtualNode === undefined ? null : (
        <p class="note">{t.service.directly(provider.virtualNode.virtualNodeName)}</p>
      )}
      {provider?.virtualRouter === undefined ? null : (
        <Routes {...props} of={provider.virtualRouter.virtualRouterName} />
      )}
    </div>
  );
}

/** The routes of the router that this service has. */
function Routes({ t, mesh, owner, now, router, routes, of }: ServicePageProps & { of: string }): JSX.Element {
  const at = { mesh, owner };
  return (
    <section class="stack">
      <div class="row">
        <h2>{t.service.routes}</h2>
        <span class="quiet">
          {`${t.kinds.virtualRouter} `}
          <a
            href={addressOf({
              ...at,
              page: 'resources',
              rest: [`virtualRouter/${of}`],
            })}
          >
            {of}
          </a>
          {router === undefined
            ? ''
            : ` · ${(router.spec.listeners ?? [])
                .map(({ portMapping }) => `${portMapping.protocol} ${portMapping.port}`)
                .join(', ')}`}
        </span>
      </div>
      {routes.length === 0 ? (
        <p class="note bad">{router === undefined ? t.problems.fixes.noRouter(of) : t.service.noRoutes}</p>
      ) : null}
      {routes.map((route, index) => (
        <RouteCard key={route.id} {...route} t={t} now={now} number={index + 1} at={at} />
      ))}
    </section>
  );
}
