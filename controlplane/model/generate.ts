// Writes types.ts from the API model: one TypeScript type per shape. `npm run generate` runs it.
import { readFileSync, writeFileSync } from 'node:fs';

type Shape = {
  type: string;
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  required?: string[];
  enum?: string[];
  union?: boolean;
};

const here = import.meta.dirname;
const model = JSON.parse(readFileSync(`${here}/appmesh-2019-01-25.json`, 'utf8')) as {
  shapes: Record<string, Shape>;
};

const SCALARS: Record<string, string> = {
  string: 'string',
  integer: 'number',
  long: 'number',
  boolean: 'boolean',
  timestamp: 'number',
};

function typeOf(name: string): string {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  if (shape.enum !== undefined || shape.type === 'structure' || shape.type === 'list') return name;
  return SCALARS[shape.type] ?? 'unknown';
}

function declaration(name: string, shape: Shape): string | undefined {
  if (shape.enum !== undefined)
    return `export type ${name} = ${shape.enum.map((e) => `'${e}'`).join(' | ')};`;
  if (shape.type === 'list') return `export type ${name} = readonly ${typeOf(shape.member?.shape ?? '')}[];`;
  if (shape.type !== 'structure') return undefined;
  const members = Object.entries(shape.members ?? {}).map(([member, { shape: target }]) => {
    const optional = shape.required?.includes(member) === true ? '' : '?';
    return `  readonly ${member}${optional}: ${typeOf(target)};`;
  });
  const note = shape.union === true ? '/** Exactly one member is set. */\n' : '';
  return `${note}export type ${name} = {\n${members.join('\n')}\n};`;
}

const declarations = Object.entries(model.shapes).flatMap(([name, shape]) => declaration(name, shape) ?? []);
const head = '// Generated from appmesh-2019-01-25.json by generate.ts: do not edit.\n\n';
writeFileSync(`${here}/types.ts`, `${head}${declarations.join('\n\n')}\n`);
