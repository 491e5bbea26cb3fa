import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Latencies } from '../../common/contracts/reports.ts';
import { call, CallError, query } from '../api/call.ts';
import { millisecondsText } from '../model/figures/latencies.ts';
import { wordsOf } from '../state/words-of.ts';
import type { Texts } from '../text/texts.ts';

/** The latencies of the requests that a piece sends, read from its Envoys when the user asks. `onFound` shows the answer on the lines of the map. */
export function LatenciesOf({
  t,
  mesh,
  owner,
  from,
  onFound,
}: {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly from: string;
  readonly onFound: (from: string, found: Latencies) => void;
}): JSX.Element {
  const [found, setFound] = useState<Latencies | 'asking' | { readonly failed: string }>();
  const ask = async (): Promise<void> => {
    setFound('asking');
    try {
      const meshOwner = owner === '' ? undefined : owner;
      const answer = await call<Latencies>(`/reports/latencies${query({ mesh, meshOwner, from })}`);
      setFound(answer);
      onFound(from, answer);
    } catch (error) {
      setFound({ failed: error instanceof CallError ? wordsOf(error) : String(error) });
    }
  };
  return (
    <section class="stack">
      <div>
        <button type="button" class="button slim" disabled={found === 'asking'} onClick={() => void ask()}>
          {t.map.latencies}
        </button>
      </div>
      {found === 'asking' ? <p class="quiet">{t.shell.loading}</p> : null}
      {typeof found === 'object' && 'failed' in found ? <p class="note bad">{found.failed}</p> : null}
      {typeof found === 'object' && 'lines' in found ? <Table t={t} latencies={found} /> : null}
    </section>
  );
}

function Table({ t, latencies }: { t: Texts; latencies: Latencies }): JSX.Element {
  const lines = latencies.lines.flatMap(({ to, cluster, milliseconds }) =>
    milliseconds === null
      ? []
      : [{ name: to.kind === 'virtualNode' ? to.name : to.kind, cluster, ...milliseconds }],
  );
  const { length } = latencies.missing;
  const missing = length === 0 ? null : <p class="quiet">{t.map.noFigures(length)}</p>;
  // Proxies that did not answer may have sent requests.
  if (lines.length === 0) return missing ?? <p class="quiet">{t.map.noRequests}</p>;
  return (
    <>
      {missing}
      <table class="table small">
        <thead>
          <tr>
            <th scope="col">ms</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, cluster, p50, p95, p99 }) => (
            <tr key={cluster}>
              <td>{name}</td>
              {[p50, p95, p99].map((value, index) => (
                <td key={index}>{millisecondsText(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
