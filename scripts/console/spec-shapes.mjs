import { readFile } from 'node:fs/promises';

/** @import { Plugin } from 'esbuild' */
/** @typedef {{ type: string, members?: Record<string, { shape: string }>, member?: { shape: string } }} Shape */

/**
 * Leaves of AWS's API model what the pages need to write a specification as Terraform: the shapes of specifications, without limits and
 * operations. That is a third of its compressed size.
 * @type {Plugin}
 */
export const specShapes = {
  name: 'spec-shapes',
  setup(build) {
    build.onLoad({ filter: /appmesh-2019-01-25\.json$/ }, async ({ path }) => {
      const { shapes } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: scriptOf(shapesOfSpecs(shapes)), loader: 'js' };
    });
  },
};

/**
 * Writes shapes in few bytes, as a script whose default export is a model: a structure as the shapes of its members by name, a list as the shape of
 * its members in a list, and any other shape as its type.
 * @param {Record<string, Shape>} shapes
 */
export function scriptOf(shapes) {
  const short = Object.entries(shapes).map(([name, { type, members, member }]) => [
    name,
    members
      ? Object.fromEntries(Object.entries(members).map(([key, { shape }]) => [key, shape]))
      : member
        ? [member.shape]
        : type,
  ]);
  return `const shapes = ${JSON.stringify(Object.fromEntries(short))};
const whole = (shape) => ({ shape });
for (const [name, short] of Object.entries(shapes)) {
  shapes[name] = typeof short === 'string' ? { type: short }
    : Array.isArray(short) ? { type: 'list', member: whole(short[0]) }
    : { type: 'structure', members: Object.fromEntries(Object.entries(short).map(([key, shape]) => [key, whole(shape)])) };
}
export default { operations: {}, shapes };`;
}

/**
 * Returns the inputs of creations with nothing but their specifications, and the shapes below these, each with its type and members only.
 * Those without members are one for each type, by its name: their own names are a fifth of the compressed size.
 * @param {Readonly<Record<string, Shape>>} shapes
 * @returns {Record<string, Shape>}
 */
export function shapesOfSpecs(shapes) {
  /** @type {Record<string, Shape>} */
  const kept = {};
  const keep = (/** @type {string} */ name) => {
    const shape = shapes[name];
    if (shape === undefined) return { shape: name };
    const { type, members, member } = shape;
    const kind = members === undefined && member === undefined ? type : name;
    if (kept[kind] === undefined) {
      /** @type {Shape} */
      const own = { type };
      kept[kind] = own;
      const named = Object.entries(members ?? {}).map(([key, { shape: target }]) => [key, keep(target)]);
      if (members !== undefined) own.members = Object.fromEntries(named);
      if (member !== undefined) own.member = keep(member.shape);
    }
    return { shape: kind };
  };
  for (const [name, { type, members }] of Object.entries(shapes)) {
    const spec = members?.['spec'];
    if (/^Create\w+Input$/.test(name) && spec) kept[name] = { type, members: { spec: keep(spec.shape) } };
  }
  return kept;
}
