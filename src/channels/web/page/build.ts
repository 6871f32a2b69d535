/**
 * Packs the page's script, style and icon into assets.ts, so that Node, Workers and tests serve the same strings
 * without a loader of their own. The name carries the content's hash: it may be cached for ever.
 * Run: npm run build:page
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The text of assets.ts. */
export async function buildAssets(): Promise<string> {
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ['client.ts', 'solver.ts', 'style.css'],
    bundle: true,
    minify: true,
    format: 'esm',
    // Phones of five years ago; nesting and the like are written out for them.
    target: ['chrome80', 'safari14.1', 'firefox78'],
    charset: 'utf8',
    legalComments: 'none',
    outdir: 'out',
    write: false,
  })
  const textOf = (name: string) => result.outputFiles.find(({ path }) => path.endsWith(name))?.text ?? ''
  const icon = await readFile(new URL('icon.svg', import.meta.url), 'utf8')
  const assets = {
    script: asset('chat', 'js', 'text/javascript; charset=utf-8', textOf('client.js')),
    solver: asset('solver', 'js', 'text/javascript; charset=utf-8', textOf('solver.js')),
    style: asset('chat', 'css', 'text/css; charset=utf-8', textOf('.css')),
    icon: asset('icon', 'svg', 'image/svg+xml', icon),
  }
  return `/** Made by npm run build:page from client.ts, solver.ts, style.css and icon.svg; a test tells when it is stale. */\nexport const assets = ${JSON.stringify(assets, null, 2)}\n`
}

function asset(name: string, ending: string, mime: string, body: string) {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return { name: `${name}-${hash}.${ending}`, mime, body }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(new URL('assets.ts', import.meta.url), await buildAssets())
