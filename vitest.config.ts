import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs nothing but Node; `net` makes hosts out of network namespaces, so it needs root.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Half of the time would go into loading the same modules again for each file.
          isolate: false,
          include: [
            '{agent,proxyinit,controlplane,xds,cli,common,bench,images}/**/*.test.ts',
            'test/{lab,demo}/**/*.test.ts',
          ],
          exclude: ['**/*.net.test.ts', 'node_modules/**'],
        },
      },
      {
        test: {
          name: 'net',
          include: ['**/*.net.test.ts'],
          exclude: ['node_modules/**'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
