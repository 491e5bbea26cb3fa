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

const CODE = /```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g;

/** Returns the names on a page of files and folders that do not exist: paths in code, and targets of links with their headings. */
export function missingNames({ path, text }: Page): readonly string[] {
  return [...missingPaths(text), ...missingLinks(path, text)];
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
