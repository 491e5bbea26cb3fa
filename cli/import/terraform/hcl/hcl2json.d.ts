/**
 * The part of `@cdktn/hcl2json` that import uses. The package's own types include browser types that conflict with Node's, so
 * tsconfig.json maps the package to this file.
 * @throws Error `parse config: [FILE:LINE,COLUMN-LINE,COLUMN: WHAT]`
 */
export function parse(file: string, text: string): Promise<unknown>;

/** Parses an expression. @throws Error if it is malformed */
export function getExpressionAst(file: string, text: string): Promise<Syntax>;

/** A node of an expression. `type` is empty for parentheses and for names that are keys of objects; `meta` depends on the type. */
export type Syntax = {
  readonly type: string;
  readonly children: readonly Syntax[];
  readonly range: { readonly start: { readonly byte: number }; readonly end: { readonly byte: number } };
  readonly meta?: {
    readonly type?: string;
    readonly value?: string;
    readonly name?: string;
    readonly operator?: string;
    readonly expandedFinalArgument?: boolean;
    readonly traversal?: readonly {
      readonly type: 'nameTraversal' | 'indexTraversal';
      readonly segment: string;
    }[];
    readonly keyVar?: string;
    readonly valVar?: string;
    readonly keyExpression?: string;
    readonly groupedValue?: boolean;
  };
};
