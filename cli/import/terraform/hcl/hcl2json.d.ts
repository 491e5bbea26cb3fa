/**
 * `@cdktn/hcl2json`, as far as it is used here: its own types bring those of a browser, which are others than Node's
 * (tsconfig.json leads here).
 * @throws Error `parse config: [FILE:LINE,COLUMN-LINE,COLUMN: WHAT]`
 */
export function parse(file: string, text: string): Promise<unknown>;
