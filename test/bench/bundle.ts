/**
 * Size of the Worker bundle, built as wrangler builds it.
 */
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type Figure, figure } from './figures.ts'

export async function bundleFigure(): Promise<Figure> {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/worker.ts', import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? new Uint8Array()).byteLength
  return figure('worker_bundle_gz_kb', bytes / 1024, '<1024')
}
