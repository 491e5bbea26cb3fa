// The programs of the color application, as one command for its container image: `color teller`, `color gateway`, `color shares`.
const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  teller: () => import('./colorteller.ts'),
  gateway: () => import('./colorgateway.ts'),
  shares: () => import('./shares.ts'),
};

const name = process.argv[2] ?? '';
const program = PROGRAMS[name];
if (program === undefined) {
  process.stderr.write(`color "${name}": it is one of ${Object.keys(PROGRAMS).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await program();
}
