import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../common/testing/short-form.ts';
import { parseDocuments } from './parse-documents.ts';
import { formatDocuments } from './write-documents.ts';

// Texts that YAML 1.1 or 1.2 reads as something else if they are not quoted.
const TRAPS = [
  'yes',
  'NO',
  'null',
  '~',
  '1e3',
  '0x1f',
  '010',
  '1_0',
  '12:30',
  '2026-11-21',
  '<<',
  '*a',
  '&a',
  '- a',
  '#',
  '---',
  '...',
  ' a',
  'a ',
  'a\nb\n',
  '\t',
  '\u0085',
  '',
];

const text = fc.oneof(fc.constantFrom(...TRAPS), fc.string({ unit: 'binary' }));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
}));

it.each(['yaml', 'json'] as const)('parsing %s returns the values that were written', (form) => {
  const documents = fc.array(fc.dictionary(fc.string(), value), { maxLength: 3 });
  fc.assert(
    fc.property(documents, (written) => {
      const { documents: read, problems } = parseDocuments('f', formatDocuments(written, form));
      expect(problems).toEqual([]);
      expect(read.map((each) => each.value)).toEqual(written);
    }),
    { numRuns: runs(100) },
  );
});
