import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, type Page } from './pages.ts';

/** Folders whose names begin a path of this repository, including deleted ones. */
const TOP = [
  'agent',
  'bench',
  'cli',
  'common',
  'console',
  'controlplane',
  'demo',
  'docs',
  'images',
  'kubernetes',
  'proxyinit',
  'scripts',
  'test',
  'xds',
  '\\.ci',
  '\\.devcontainer',
  '\\.github',
].join('|');

/** In code, inline or in a block: a path from the top that is not part of a longer word, a URL or another path. */
const PATH = new RegExp(`(?<![\\w./@:~$*-])(?:\\./)?((?:${TOP})/[\\w.*{},/-]*)`, 'g');

const FROM_TOP = new RegExp(`^(?:${TOP})/`);

const CODE = /```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g;

/** A source file in inline code, by the end of its path. A name in capitals stands for any file. */
const SOURCE = /^(?:[\w-]+\/)*[a-z][\w.-]*\.(?:ts|tsx|mjs)$/;

/** Pages for contributors: the names of functions and types in their code are those of the sources. */
const FOR_CONTRIBUTORS = /^(?:CONTRIBUTING|docs\/(?:architecture|xds|contributing\/[\w-]+))\.md$/;

/** In code, a name with a capital inside, as functions and types have. */
const IDENTIFIER = /\b(?:[a-z]+|[A-Z][a-z]+)[A-Z]\w*/g;

const SOURCES = globSync(
  [`{${TOP.replaceAll('|', ',').replaceAll('\\', '')}}`, '**', '*.{ts,tsx,mjs}'].join('/'),
  {
    cwd: ROOT,
    exclude: (name) => /(?:^|\/)(?:node_modules|dist)$/.test(name),
  },
);

/**
 * Returns the names on a page that do not exist: files and folders in code, targets of links with their headings, and on pages for contributors
 * functions and types.
 */
export function missingNames({ path, text }: Page): readonly string[] {
  return [
    ...missingPaths(text),
    ...missingSources(text),
    ...(FOR_CONTRIBUTORS.test(path) ? missingIdentifiers(text) : []),
    ...missingLinks(path, text),
  ];
}

function missingSources(text: string): readonly string[] {
  return inlineCode(text)
    .filter((name) => SOURCE.test(name) && !FROM_TOP.test(name))
    .filter((name) => !SOURCES.some((file) => file === name || file.endsWith(`/${name}`)));
}

let known: ReadonlySet<string> | undefined;

function missingIdentifiers(text: string): readonly string[] {
  known ??= new Set(
    SOURCES.filter((file) => !/^xds\/envoy\/|\.test\.ts$/.test(file)).flatMap(
      (file) => readFileSync(join(ROOT, file), 'utf8').match(/\w+/g) ?? [],
    ),
  );
  const names = inlineCode(text).flatMap((code) => (SOURCE.test(code) ? [] : (code.match(IDENTIFIER) ?? [])));
  return names.filter((name) => known?.has(name) === false);
}

function inlineCode(text: string): readonly string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function missingPaths(text: string): readonly string[] {
  const code = [...text.matchAll(CODE)].map(([, block, inline]) => block ?? inline ?? '');
  return code
    .flatMap((part) => [...part.matchAll(PATH)].map(([, name]) => (name ?? '').replace(/[.,]+$/, '')))
    .filter((name) => !isThere(name));
}

function isThere(name: string): boolean {
  if (/[*{]/.test(name)) return globSync(name, { cwd: ROOT }).length > 0;
  return statSync(join(ROOT, name), { throwIfNoEntry: false }) !== undefined;
}

function missingLinks(path: string, text: string): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target) && !leads(path, target));
}

function leads(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? join(ROOT, from) : join(ROOT, dirname(from), file);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  return (
    anchor === undefined || !path.endsWith('.md') || anchors(readFileSync(path, 'utf8')).includes(anchor)
  );
}

/** Returns the anchors of a page's headings, as code hosts create them. */
function anchors(text: string): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}
