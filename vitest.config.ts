import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.{ts,tsx}'],
    exclude: ['test/worker.test.ts', 'test/browser*.test.ts'],
    // One for each processor: on a small machine the runner would leave one idle.
    maxWorkers: availableParallelism(),
    globalSetup: 'test/template.ts',
    // Long enough for a machine that does something else as well: no test here proves a speed.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
