import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.{ts,tsx}'],
    exclude: ['test/worker.test.ts', 'test/browser*.test.ts'],
    globalSetup: 'test/template.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
