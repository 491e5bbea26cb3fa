import { describeKey } from '../../resources/key.ts';
import { kindInWords } from '../../resources/kinds.ts';
import type { Imported } from '../imported.ts';
import { questionsOf, type Asked } from '../open-values.ts';
import { describePlace, describeUse, type Place } from '../place.ts';
import type { Left } from '../source.ts';
import { countKinds } from './summary.ts';

/** Formats the report of an import for people: taken, passed over, left out, wrong, open. */
export function describeImport(imported: Imported, unusedAnswers: readonly string[]): string {
  const { documents, left, problems, open, passedOver } = imported;
  const taken = documents.map(
    ({ key, origin }) => `${describeKey(key)}, from ${describePlace({ id: '', ...origin })}`,
  );
  const asked = questionsOf(open);
  const passed = [...passedOver].map(([type, count]) => `${count} ${type}`);
  return [
    section(`Taken: ${countKinds(imported)}.`, taken),
    section(passed.length === 0 ? '' : 'Passed over (other services):', passed),
    section(left.length === 0 ? '' : 'Left out:', describeLeft(left)),
    section(unusedAnswers.length === 0 ? '' : 'Unused parameters:', unusedAnswers),
    section(
      problems.length === 0 ? '' : `Problems: ${problems.length}.`,
      problems.map(({ place, message }) => line(place, message)),
    ),
    section(asked.length === 0 ? '' : `Open questions: ${asked.length}.`, asked.flatMap(describeAsked)),
  ].join('');
}

/** The most places with one reason that the report lists one by one. */
const MOST_PLACES = 5;
/** The places that it names of more. */
const SHOWN_PLACES = 3;

// A repository may have hundreds of unrelated files: they are one line.
function describeLeft(left: readonly Left[]): readonly string[] {
  const groups = Map.groupBy(left, ({ group }) => group);
  const many = [...groups].filter(([group, { length }]) => group !== undefined && length > MOST_PLACES);
  const grouped = new Set(many.map(([group]) => group));
  const lines = left.filter(({ group }) => !grouped.has(group));
  return [
    ...lines.map(({ place, reason }) => line(place, reason)),
    ...many.map(([group, places]) => {
      const shown = places.slice(0, SHOWN_PLACES).map(({ place }) => describePlace(place));
      return `${places.length} places, of which the first are ${shown.join(', ')}: ${group} (--report FILE names all)`;
    }),
  ];
}

function describeAsked({ question: { key, why, flags }, values }: Asked): readonly string[] {
  return [
    `${key}: ${why}; answer with ${flags.join(' or ')}`,
    ...values.map(
      ({ place, kind, path }) => `  ${line(place, `${kindInWords(kind)}, ${describeUse(path)}`)}`,
    ),
  ];
}

function line(place: Place, text: string): string {
  return `${describePlace(place)}: ${text}`;
}

function section(head: string, lines: readonly string[]): string {
  return head === '' ? '' : `${[head, ...lines.map((each) => `  ${each}`)].join('\n')}\n`;
}
