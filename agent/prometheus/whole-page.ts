import { errorText } from '../../common/error-text.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { appPage } from './app-page.ts';
import { mergePages } from './merge-pages.ts';

/** Sources of the page. */
export type PageSources = {
  readonly admin: Pick<AdminClient, 'ask'>;
  /** The page of the application, or undefined. */
  readonly appUrl: URL | undefined;
  /** The agent's own metrics. */
  readonly metrics: () => string;
};

/** Time for one source, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Returns the metrics of Envoy, the agent and the application as one page. A source that does not answer is left out, and
 * `daybreak_agent_page_source_up` is 0 for it.
 */
export async function wholePage({ admin, appUrl, metrics }: PageSources): Promise<string> {
  const [envoy, app] = await Promise.all([
    source('envoy', admin.ask('GET', '/stats/prometheus', LIMIT_MS)),
    appUrl && source('application', appPage(appUrl, LIMIT_MS)),
  ]);
  const sources = [envoy, app ?? []].flat();
  const up = sources.map(
    ({ name, text }) => `daybreak_agent_page_source_up{source="${name}"} ${text === undefined ? 0 : 1}`,
  );
  const reasons = sources.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`# ${name}: ${problem}`],
  );
  const own = [
    '# HELP daybreak_agent_page_source_up Whether a source of this page answered.',
    '# TYPE daybreak_agent_page_source_up gauge',
    ...up,
  ];
  const page = mergePages([...sources.map(({ text = '' }) => text), metrics(), own.join('\n')]);
  return `${reasons.map((line) => `${line}\n`).join('')}${page}`;
}

type Source = { readonly name: string; readonly text: string | undefined; readonly problem?: string };

async function source(name: string, asked: Promise<string>): Promise<Source> {
  try {
    return { name, text: await asked };
  } catch (error) {
    return { name, text: undefined, problem: errorText(error).replaceAll(/\s+/g, ' ') };
  }
}
