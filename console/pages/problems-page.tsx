import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import type { MeshProblem } from '../model/problems.ts';
import { resourceAt, type Kind } from '../model/resources.ts';
import { Empty } from '../parts/empty.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import type { Loaded } from '../state/state.ts';
import { duration, type Texts } from '../text/texts.ts';

/** The state of the list of problems. */
export type ProblemsPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  readonly problems: readonly MeshProblem[];
  /** Whether the proxies are known: else the problems are those of the model alone. */
  readonly proxies: Loaded<unknown>;
};

/** How many problems the page shows at most, those of proxies first. */
const SHOWN = 300;

/** The problems of a mesh, each with its fix. */
export function ProblemsPage(props: ProblemsPageProps): JSX.Element {
  const { t, problems, proxies } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.problems}</h1>
        <p class="lead">{t.problems.lead}</p>
      </header>
      {proxies.state === 'ready' ? null : <NotReady t={t} state={proxies} />}
      <div class="card">
        {problems.length === 0 ? (
          <Empty title={t.problems.none}>
            <p>{proxies.state === 'ready' ? t.problems.noneMore : t.problems.noneOfModel}</p>
          </Empty>
        ) : (
          <ul class="list">
            {problems.slice(0, SHOWN).map((problem, index) => (
              <li key={`${problem.kind} ${problem.where} ${index}`}>
                <Problem {...props} problem={problem} />
              </li>
            ))}
          </ul>
        )}
      </div>
      {problems.length > SHOWN ? <p class="quiet">{t.problems.more(problems.length - SHOWN)}</p> : null}
    </div>
  );
}

function Problem({
  t,
  mesh,
  owner,
  now,
  problem,
}: ProblemsPageProps & { problem: MeshProblem }): JSX.Element {
  const { what, fix, severe } = describe(t, problem, now);
  const onProxies = ['refused', 'waiting', 'orphaned', 'last good', 'expiring'].includes(problem.kind);
  const isSecurity = ['refuses', 'would refuse', 'plain callers', 'no certificate'].includes(problem.kind);
  const page = onProxies ? 'proxies' : isSecurity ? 'identity' : 'resources';
  const at = onProxies ? problem.where : resourceAt(problem.where);
  const rest = onProxies ? at.split('/') : isSecurity ? [] : [at];
  return (
    <div class="problem">
      <div class="row">
        <span class={`badge ${severe ? 'bad' : 'warn'}`}>{titleOf(t, at)}</span>
        <span class="name">{at.slice(at.lastIndexOf('/') + 1)}</span>
        <span class="quiet small mono">{problem.where}</span>
      </div>
      <p>{what}</p>
      {'words' in problem
        ? [...new Set(problem.words)].map((words) => (
            <p key={words} class="note bad">
              <code>{words}</code>
            </p>
          ))
        : null}
      <div class="row">
        <span>
          <strong>{`${t.problems.fix}: `}</strong>
          {fix}
        </span>
        <a class="button slim" href={addressOf({ mesh, owner, page, rest })}>
          {t.problems.go}
        </a>
      </div>
    </div>
  );
}

function titleOf(t: Texts, where: string): string {
  const kind = where.split('/').at(-2) ?? '';
  return t.kinds[kind as Kind] ?? kind;
}

/** Returns the words for a problem. `severe`: requests fail, or a proxy does not take its configuration. */
export function describe(
  t: Texts,
  problem: MeshProblem,
  now: number,
): { readonly what: string; readonly fix: string; readonly severe: boolean } {
  const { kinds, fixes } = t.problems;
  switch (problem.kind) {
    case 'missing': {
      const { name, what } = problem;
      const fix = what === 'virtualNode' ? fixes.missingNode(name) : fixes.missingService(name);
      return { what: `${t.kinds[what]} ${name} ${kinds.missing}`, fix, severe: true };
    }
    case 'no provider':
      return { what: kinds.noProvider, fix: fixes.noProvider, severe: true };
    case 'no router':
      return { what: kinds.noRouter, fix: fixes.noRouter(problem.name), severe: true };
    case 'no route':
      return { what: kinds.noRoute, fix: fixes.noRoute, severe: true };
    case 'refused':
      return { what: kinds.refused, fix: fixes.refused, severe: true };
    case 'waiting':
      return { what: kinds.waiting, fix: fixes.waiting, severe: true };
    case 'orphaned':
      return { what: kinds.orphaned, fix: fixes.orphaned, severe: false };
    case 'last good':
      return { what: kinds.lastGood, fix: fixes.lastGood, severe: false };
    case 'expiring': {
      const left = duration(t, Date.parse(problem.ends) - now);
      return { what: `${problem.name}: ${kinds.expiring(left)}`, fix: fixes.expiring, severe: true };
    }
    case 'refuses':
    case 'would refuse': {
      const { caller, port, rule, count } = problem;
      const name = caller === '' ? t.identity.withoutIdentity : caller;
      const isRefused = problem.kind === 'refuses';
      const what = isRefused ? kinds.refuses(name, port, count) : kinds.wouldRefuse(name, port, count);
      const isDenied = /\/deny\/\d+$/.test(rule);
      const fix = isDenied
        ? t.identity.fixDenied(rule)
        : caller === ''
          ? t.identity.fixNoIdentity
          : t.identity.fixAllow;
      return { what, fix, severe: isRefused };
    }
    case 'plain callers':
      return {
        what: kinds.plainCallers(problem.addresses.join(', ')),
        fix: fixes.plainCallers,
        severe: true,
      };
    case 'no certificate':
      return { what: kinds.noCertificate, fix: fixes.noCertificate, severe: true };
    case 'specification':
      return {
        what: `${problem.what} (${t.problems.seenBy(problem.proxies)})`,
        fix: fixes.specification,
        severe: false,
      };
  }
}
