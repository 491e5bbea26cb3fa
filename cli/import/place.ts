/** Where something stands: the file (`-` for stdin), its line from 1, and what the file calls it: a logical id, an address. */
export type Place = { readonly file: string; readonly line: number; readonly id: string };

/** The members and indexes (from 0) that lead from the top of a value to a part of it. */
export type Path = readonly (string | number)[];

/** A place in one line: `mesh.yaml:14 NodeWhite`. */
export function describePlace({ file, line, id }: Place): string {
  return `${file === '-' ? '(stdin)' : file}:${line}${id === '' ? '' : ` ${id}`}`;
}

/** A path in one word: `Spec.Listeners.0.PortMapping.Port`. */
export function describePath(path: Path): string {
  return path.join('.');
}

/** Something that is wrong with what the files say. `path`: the member, as the file spells it. */
export type ImportProblem = { readonly place: Place; readonly message: string };

/** What an open value is for: a member, or whether the resource exists. */
export function describeUse(path: Path): string {
  return path.length === 0 ? 'whether it exists' : describePath(path);
}
