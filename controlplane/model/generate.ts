// Writes types.ts and daybreak-types.ts from the API models: one TypeScript type per shape. `npm run generate` runs it.
import { readFileSync, writeFileSync } from 'node:fs';

type Shape = {
  type: string;
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  required?: string[];
  enum?: string[];
  union?: boolean;
};

type Model = { readonly shapes: Readonly<Record<string, Shape>> };

const here = import.meta.dirname;
const readModel = (name: string): Model => JSON.parse(readFileSync(`${here}/${name}`, 'utf8')) as Model;

const SCALARS: Record<string, string> = {
  string: 'string',
  integer: 'number',
  long: 'number',
  boolean: 'boolean',
  timestamp: 'number',
};

function typeOf(name: string, shapes: Model['shapes']): string {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  if (isDeclared(shape)) return name;
  return SCALARS[shape.type] ?? 'unknown';
}

function isDeclared(shape: Shape): boolean {
  return shape.enum !== undefined || shape.type === 'structure' || shape.type === 'list';
}

function declaration(name: string, shape: Shape, shapes: Model['shapes']): string | undefined {
  if (shape.enum !== undefined)
    return `export type ${name} = ${shape.enum.map((e) => `'${e}'`).join(' | ')};`;
  if (shape.type === 'list')
    return `export type ${name} = readonly ${typeOf(shape.member?.shape ?? '', shapes)}[];`;
  if (shape.type !== 'structure') return undefined;
  const members = Object.entries(shape.members ?? {}).map(([member, { shape: target }]) => {
    const optional = shape.required?.includes(member) === true ? '' : '?';
    return `  readonly ${member}${optional}: ${typeOf(target, shapes)};`;
  });
  if (members.length === 0)
    return `/** No members. */\nexport type ${name} = Readonly<Record<string, never>>;`;
  const note = shape.union === true ? '/** Exactly one member is set. */\n' : '';
  return `${note}export type ${name} = {\n${members.join('\n')}\n};`;
}

function write(file: string, source: string, { shapes }: Model, others: Model = { shapes: {} }): void {
  const all = { ...others.shapes, ...shapes };
  const declarations = Object.entries(shapes).flatMap(([name, shape]) => declaration(name, shape, all) ?? []);
  const body = declarations.join('\n\n');
  const foreign = Object.entries(others.shapes)
    .filter(([name, shape]) => isDeclared(shape) && new RegExp(`[: ]${name}[;[]`).test(body))
    .map(([name]) => name);
  const imports =
    foreign.length === 0
      ? ''
      : `import type {\n${foreign.map((name) => `  ${name},\n`).join('')}} from './types.ts';\n\n`;
  const head = `// Generated from ${source} by generate.ts: do not edit.\n\n`;
  writeFileSync(`${here}/${file}`, `${head}${imports}${body}\n`);
}

const appMesh = readModel('appmesh-2019-01-25.json');
write('types.ts', 'appmesh-2019-01-25.json', appMesh);
write('daybreak-types.ts', 'daybreak-v1.json', readModel('daybreak-v1.json'), appMesh);
