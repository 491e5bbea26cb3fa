import { coded } from '../codes.ts';
import type { Log } from '../../common/log.ts';
import { problemsIn, type Circumstances, type ConditionalProblem } from '../translate/problems.ts';
import { proxyPath, type Identity } from './identity.ts';

/** A configuration, its proxy and its problems. */
type Subject = {
  readonly key: string;
  readonly identity: Identity;
  readonly problems: readonly ConditionalProblem[];
};

/** Logs each problem of a configuration once, until the configuration no longer has it. */
export type ProblemLog = {
  /** Logs the problems that the configuration did not have before. */
  readonly say: (subject: Subject) => void;
  /** To be called when the first proxy of a resource connects. Logs the problems that this causes for other proxies. */
  readonly connected: (path: string) => void;
  /** Forgets a configuration without streams. */
  readonly forget: (key: string) => void;
};

/** Creates a problem log that has logged nothing yet. */
export function createProblemLog(log: Log, circumstances: (identity: Identity) => Circumstances): ProblemLog {
  const said = new Map<string, ReadonlySet<string>>();
  /** Configurations with problems that depend on which proxies are connected, by key. */
  const dependent = new Map<string, Subject>();

  function say(subject: Subject): void {
    const { key, identity, problems } = subject;
    const all = new Set(problems.map(textOf));
    const known = new Set([...(said.get(key) ?? [])].filter((text) => all.has(text)));
    for (const problem of problemsIn(problems, circumstances(identity))) {
      const text = textOf(problem);
      if (known.has(text)) continue;
      known.add(text);
      log.warn(
        coded('MODEL_PROBLEM', { proxy: proxyPath(identity), ...problem }),
        'a part of the model has no effect',
      );
    }
    said.set(key, known);
    if (problems.some((problem) => awaited(problem, identity) !== undefined)) dependent.set(key, subject);
    else dependent.delete(key);
  }

  return {
    say,
    connected(path) {
      for (const subject of dependent.values())
        if (subject.problems.some((problem) => awaited(problem, subject.identity) === path)) say(subject);
    },
    forget(key) {
      said.delete(key);
      dependent.delete(key);
    },
  };
}

/** The path of the proxy that has to be connected for a problem to apply; undefined if it does not depend on one. */
function awaited({ only }: ConditionalProblem, identity: Identity): string | undefined {
  if (only?.kind !== 'connected') return undefined;
  return proxyPath({ ...identity, kind: 'virtualNode', name: only.virtualNode });
}

function textOf({ where, what }: ConditionalProblem): string {
  return `${where}\0${what}`;
}
