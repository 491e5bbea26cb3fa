/**
 * The part of `@cdktn/hcl2json` that import uses. The package's own types include browser types that conflict with Node's, so
 * tsconfig.json maps the package to this file.
 * @throws Error `parse config: [FILE:LINE,COLUMN-LINE,COLUMN: WHAT]`
 */
export function parse(file: string, text: string): Promise<unknown>;
