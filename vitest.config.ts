import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.{ts,tsx}'],
    exclude: ['test/worker.test.ts', 'test/browser*.test.ts'],
    // One for each processor: on a small machine the runner would leave one idle.
    maxWorkers: availableParallelism(),
    globalSetup: 'test/template.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
