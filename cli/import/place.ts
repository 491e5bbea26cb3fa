/** A place in a file (`-` for stdin): the line, from 1, and the name that the file uses, such as a logical id. */
export type Place = { readonly file: string; readonly line: number; readonly id: string };

/** The members and indexes (from 0) that lead from the top of a value to one of its parts. */
export type Path = readonly (string | number)[];

/** Formats a place in one line: `mesh.yaml:14 NodeWhite`. */
export function describePlace({ file, line, id }: Place): string {
  return `${file === '-' ? '(stdin)' : file}:${line}${id === '' ? '' : ` ${id}`}`;
}

/** Formats a path in one word: `Spec.Listeners.0.PortMapping.Port`. */
export function describePath(path: Path): string {
  return path.join('.');
}

/** A fault in a file, with its place. */
export type ImportProblem = { readonly place: Place; readonly message: string };

/** Formats the use of an open value: a member, or the existence of the resource. */
export function describeUse(path: Path): string {
  return path.length === 0 ? 'whether it exists' : describePath(path);
}
