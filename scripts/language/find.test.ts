import { describe, expect, it } from 'vitest';
import { find } from './find.mjs';

const found = (path: string, text: string) =>
  find(path, text).map(({ line, found: what }) => `${line}: ${what}`);

describe('words', () => {
  it.each([
    ['a page', 'a.md', 'The operator\nsets his keys.', ['2: his']],
    ['a comment', 'a.ts', '// asks whoever\n', ['1: whoever']],
    ['a message', 'a.ts', "throw new Error('nobody answers');", ['1: nobody']],
    ['parts of words and other names', 'a.ts', 'const theHistory = this.hero; // the chimney', []],
    ['code in a page', 'a.md', 'as `nobody` does\n```\nwhoever\n```\nand him', ['5: him']],
    ['code in a comment', 'a.ts', '// runs as `nobody`', []],
  ])('%s', (_, path, text, findings) => {
    expect(found(path, text)).toEqual(findings);
  });
});

describe('sentences that begin with a free relative', () => {
  it.each([
    ['at the start of a paragraph', 'a.md', 'What is above\nit stays.', ['1: What is above it stays']],
    ['in the middle', 'a.md', 'One. What follows is two.', ['1: What follows is two']],
    ['in an item of a list', 'a.md', '- Who asks is told.', ['1: Who asks is told']],
    ['in a cell', 'a.md', '| a | What is old goes |', ['1: What is old goes']],
    [
      'in a comment of several lines',
      'a.ts',
      '/**\n * Reads. What\n * is old goes.\n */',
      ['2: What is old goes'],
    ],
    ['a question', 'a.md', 'What is it?', []],
    ['a heading', 'a.md', '# What it is', []],
    ['within a sentence', 'a.md', 'It keeps what is old. It says who asks.', []],
    ['a string', 'a.ts', "const a = 'What is old goes.';", []],
    ['after code', 'a.ts', 'run();\n// Why.\nrun();\n', []],
  ])('%s', (_, path, text, findings) => {
    expect(found(path, text)).toEqual(findings);
  });
});

describe('documentation of functions that does not begin with a verb', () => {
  const of = (path: string, doc: string, head = 'export function makeIt(): string {') =>
    found(path, `/** ${doc} */\n${head}\n  return '';\n}\n`);
  it.each([
    ['a noun', 'a.ts', 'The name of it.', ['1: The name of it.']],
    ['a verb', 'a.ts', 'Returns the name.', []],
    ['a condition', 'a.ts', 'Whether it is one.', []],
    ['a page', 'a.md', 'The name of it.', []],
  ])('%s', (_, path, doc, findings) => {
    expect(of(path, doc)).toEqual(findings);
  });

  it.each([
    ['a factory of errors', 'export function missing(name: string): ApiError {'],
    ['a component', 'export function Name({ text }: Props): JSX.Element {'],
    ['a function that is not exported', 'function makeIt(): string {'],
  ])('%s needs none', (_, head) => {
    expect(of('a.tsx', 'The name is missing.', head)).toEqual([]);
  });

  it('an async function over several lines needs one', () => {
    expect(
      found(
        'a.ts',
        '/**\n * A page.\n */\nexport async function read(\n  name: string,\n): Promise<string> {\n}',
      ),
    ).toEqual(['1: A page.']);
  });
});
