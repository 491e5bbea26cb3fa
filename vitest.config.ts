import { defineConfig } from 'vitest/config';

// No test says how fast the machine is: what is waited for may take this long, in milliseconds.
const expectation = { poll: { timeout: 60_000 } };

// Three projects: `unit` needs nothing but Node and is quick; `program` runs whole programs, as anybody; `net` makes hosts
// out of network namespaces, so it needs root.
export default defineConfig({
  test: {
    // A failure of CI is read from its message alone: no value in it is cut short.
    chaiConfig: { truncateThreshold: 0 },
    projects: [
      {
        test: {
          name: 'unit',
          expect: expectation,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Half of the time would go into loading the same modules again for each file.
          isolate: false,
          // One more than the processors of a small machine: two thirds of the tests' time is waiting.
          maxWorkers: 3,
          include: [
            '{agent,proxyinit,controlplane,xds,cli,kubernetes,common,bench,images}/**/*.test.ts',
            '{test,demo,scripts}/**/*.test.ts',
            'console/**/*.test.{ts,tsx}',
          ],
          exclude: ['**/*.{net,program}.test.ts', 'node_modules/**'],
        },
      },
      {
        test: {
          name: 'program',
          expect: { poll: { timeout: 2 * expectation.poll.timeout } },
          include: ['**/*.program.test.ts'],
          exclude: ['node_modules/**'],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'net',
          // Four of these run beside each other, each with several Envoys, control planes and agents.
          expect: { poll: { timeout: 2 * expectation.poll.timeout } },
          globalSetup: ['test/lab/programs/shared-bundle.ts'],
          include: ['**/*.net.test.ts'],
          exclude: ['node_modules/**'],
          pool: 'forks',
          // Most of a test's time is waiting. Each lab has hosts and addresses of its own.
          maxWorkers: 4,
          testTimeout: 300_000,
          hookTimeout: 480_000,
        },
      },
    ],
  },
});
