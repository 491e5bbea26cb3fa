import { describeKey } from '../../resources/key.ts';
import { kindInWords } from '../../resources/kinds.ts';
import type { Imported } from '../imported.ts';
import { questionsOf, type Asked } from '../open-values.ts';
import { describePlace, describeUse, type Place } from '../place.ts';
import { countKinds, plural } from './summary.ts';

/** What was taken, what was left and why, what is wrong, and what is open, for people. */
export function describeImport(imported: Imported, unusedAnswers: readonly string[]): string {
  const { documents, left, problems, open, passedOver } = imported;
  const taken = documents.map(
    ({ key, origin }) => `${describeKey(key)}, from ${describePlace({ id: '', ...origin })}`,
  );
  const asked = questionsOf(open);
  const passed = [...passedOver].map(([type, count]) => `${count} ${type}`);
  return [
    section(`Taken: ${countKinds(imported)}.`, taken),
    section(passed.length === 0 ? '' : 'Passed over, as things of other services:', passed),
    section(
      left.length === 0 ? '' : 'Left:',
      left.map(({ place, reason }) => line(place, reason)),
    ),
    section(
      unusedAnswers.length === 0 ? '' : 'Not asked for:',
      unusedAnswers.map((key) => `parameter ${key}`),
    ),
    section(
      problems.length === 0 ? '' : `Wrong: ${plural(problems.length, 'problem')}.`,
      problems.map(({ place, message }) => line(place, message)),
    ),
    section(
      asked.length === 0 ? '' : `Open: ${plural(asked.length, 'question')}.`,
      asked.flatMap(describeAsked),
    ),
  ].join('');
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
