// Finds what docs/contributing/style.md rules out and a program can see.

/** @typedef {{ line: number, found: string, rule: string }} Finding */

const WORDS = /\b(?:he|his|him|himself|whoever|whomever|whosoever|nobody|somebody)\b/gi;
const WORD_RULE = 'rule 2: name the role';

/** A sentence that begins with a free relative; a question is allowed. */
const FREE_RELATIVE = /(?:^|[.!?:;] )((?:What|Whatever|Whoever|Who|Whichever|Where what)\b[^.!?]*)([.!?]|$)/g;
const FREE_RELATIVE_RULE = 'rule 1: start with a noun that does something';

/** The documentation of an exported function of TypeScript, and its signature. Components of pages have names with a capital. */
const FUNCTION = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?function\*? [a-z]\w*([^]*?) \{\n/g;
/** A verb in the third person, or `Whether`. Factories of errors describe the problem instead. */
const VERB = /^(?:Whether|(?!(?:This|Its)\b)[A-Z][A-Za-z]*s)\b/;
const ERROR_FACTORY = /\): \w*Error$/;
const VERB_RULE = 'rule 9: start with a verb';

/**
 * What is wrong in a file, in the order of its lines.
 * @param {string} path tells a page (`.md`) from code
 * @param {string} text
 * @returns {Finding[]}
 */
export function find(path, text) {
  const page = path.endsWith('.md');
  const lines = page ? withoutCode(text).split('\n') : text.split('\n').map(withoutInlineCode);
  const words = lines.flatMap((line, index) =>
    [...line.matchAll(WORDS)].map(([found]) => ({ line: index + 1, found, rule: WORD_RULE })),
  );
  const sentences = paragraphs(lines, page).flatMap(({ line, text: paragraph }) =>
    [...paragraph.matchAll(FREE_RELATIVE)]
      .filter(([, , end]) => end !== '?')
      .map(([, found = '']) => ({ line, found: found.slice(0, 60), rule: FREE_RELATIVE_RULE })),
  );
  return [...words, ...sentences, ...withoutVerb(path, text)].toSorted((a, b) => a.line - b.line);
}

/** Documentation of functions that does not begin with a verb. @param {string} path @param {string} text @returns {Finding[]} */
function withoutVerb(path, text) {
  if (!/(?<!\.d)\.tsx?$/.test(path)) return [];
  return [...text.matchAll(FUNCTION)].flatMap(({ 1: doc = '', 2: signature = '', index }) => {
    const found = doc.replaceAll(/\n \* ?/g, ' ').trim();
    if (VERB.test(found) || ERROR_FACTORY.test(signature)) return [];
    return [{ line: text.slice(0, index).split('\n').length, found: found.slice(0, 60), rule: VERB_RULE }];
  });
}

/** A page without its blocks of code and code between backticks; its lines stay where they are. @param {string} text */
function withoutCode(text) {
  return withoutInlineCode(text.replaceAll(/```[\s\S]*?```/g, (block) => block.replaceAll(/[^\n]/g, '')));
}

/** @param {string} text */
function withoutInlineCode(text) {
  return text.replaceAll(/`[^`\n]*`/g, '`');
}

/**
 * Lines of prose that belong together, joined: of a page its paragraphs, list items and cells, without headings; of code its comments.
 * @param {readonly string[]} lines
 * @param {boolean} page
 */
function paragraphs(lines, page) {
  /** @type {{ line: number, text: string }[]} */
  const all = [];
  let open = false;
  for (const [index, line] of lines.entries()) {
    for (const { text, begins, ends } of page ? partsOfPage(line) : partsOfCode(line)) {
      const last = all.at(-1);
      if (open && !begins && last !== undefined) last.text += ` ${text}`;
      else if (text !== '') all.push({ line: index + 1, text });
      open = !ends && text !== '';
    }
  }
  return all;
}

const NOTHING = [{ text: '', begins: true, ends: true }];

/** @param {string} line */
function partsOfPage(line) {
  if (/^\s*$|^#|^\|[-| :]*\|$/.test(line)) return NOTHING;
  if (line.startsWith('|')) {
    return line.split(/(?<!\\)\|/).map((cell) => ({ text: cell.trim(), begins: true, ends: true }));
  }
  const item = /^\s*(?:[-*]|\d+\.) +(.*)$/.exec(line);
  return [{ text: (item?.[1] ?? line).trim(), begins: item !== null, ends: false }];
}

/** @param {string} line */
function partsOfCode(line) {
  const comment = /^\s*(?:\/\/|\/\*\*?|\*|#)(?!\/) ?(.*?)(\*\/)?\s*$/.exec(line);
  if (comment === null) return NOTHING;
  return [
    {
      text: (comment[1] ?? '').replace(/^@\w+ ?/, '').trim(),
      begins: /^\s*\/\*/.test(line),
      ends: comment[2] !== undefined,
    },
  ];
}
