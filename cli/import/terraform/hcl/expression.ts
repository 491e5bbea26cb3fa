/** An expression of HCL, in the operations that import evaluates. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  /** A text with expressions in it. */
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  /** `local.ports["web"]`. */
  | { readonly kind: 'reference'; readonly steps: readonly Step[] }
  /** Steps into the value of another expression: `f(x).name`. */
  | { readonly kind: 'steps'; readonly of: Expression; readonly steps: readonly Step[] }
  /** `of[key]` with a computed key. */
  | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
  /** `of[*].name`. */
  | { readonly kind: 'splat'; readonly of: Expression; readonly steps: readonly Step[] }
  /** `spreads`: the last argument is a list of arguments, `f(x...)`. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly spreads: boolean;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly chosen: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [Expression, Expression])[] }
  | ForExpression
  /** An expression that the library could not parse. */
  | { readonly kind: 'unreadable' };

/** `[for k, v in collection : value if condition]`, or with a key and braces. `groups`: values of one key become a list. */
export type ForExpression = {
  readonly kind: 'for';
  readonly collection: Expression;
  readonly keyName: string;
  readonly valueName: string;
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  readonly groups: boolean;
};

/** A step into a value: the name of a member, or an index. */
export type Step = string | number;
