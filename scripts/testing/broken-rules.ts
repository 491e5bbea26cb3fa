/** For each rule of .oxlintrc.json that is on for the whole checkout: the text of a file that breaks it. */
export const BROKEN: Readonly<Record<string, string>> = {
  'import/no-default-export': 'export default 1;\n',
  'import/no-cycle':
    "import type { B } from './typescript-consistent-type-imports.ts';\nexport type A = { readonly b: B };\n",
  'typescript/no-floating-promises': 'Promise.resolve();\n',
  'typescript/no-misused-promises': 'export const isTrue = Promise.resolve() ? 1 : 2;\n',
  'typescript/switch-exhaustiveness-check':
    "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}\n",
  'typescript/no-explicit-any': 'export const x: any = 1;\n',
  'typescript/no-non-null-assertion': 'export const f = (x: string | undefined): string => x!;\n',
  'typescript/consistent-type-imports':
    "import { A } from './import-no-cycle.ts';\nexport type B = { readonly a?: A };\n",
  'eslint/no-console': 'console.log(1);\n',
  'eslint/eqeqeq': 'export const f = (x: string): boolean => x == "";\n',
  'eslint/max-lines': `${'// a line\n'.repeat(301)}export {};\n`,
};
