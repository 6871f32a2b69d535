/**
 * Packs what the console's pages load into assets.ts, so that Node, Workers and tests serve the same strings. Of the
 * design system (Tabler) only rules whose classes stand in our pages are kept: a tenth of it. Names carry the content's
 * hash: they may be cached for ever.
 * Run: npm run build:console
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, transform } from 'esbuild'
import { PurgeCSS } from 'purgecss'
import { ICON_NAMES } from '../kit/icon-names.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const find = createRequire(import.meta.url).resolve

/** The text of assets.ts. */
export async function buildAssets(): Promise<string> {
  const assets = {
    script: asset('console', 'js', 'text/javascript; charset=utf-8', await script('client.ts')),
    // Fetched only by pages that have a chart.
    chart: asset('chart', 'js', 'text/javascript; charset=utf-8', await script('chart.ts')),
    style: asset('console', 'css', 'text/css; charset=utf-8', await style()),
    icons: asset('icons', 'svg', 'image/svg+xml', await sprite()),
    mark: asset('mark', 'svg', 'image/svg+xml', await readFile(new URL('mark.svg', import.meta.url), 'utf8')),
  }
  return `/** Made by npm run build:console; a test tells when it is stale. */\nexport const assets = ${JSON.stringify(assets, null, 2)}\n`
}

async function script(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome80', 'safari14.1', 'firefox78'],
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    plugins: [withoutTimeScales],
  })
  return outputFiles[0]?.text ?? ''
}

/**
 * Our charts have no axis of time. Chart.js keeps its time scales in every bundle, because one reads a field of the other
 * while it is defined and a packer must take that for an effect; said to have none, both go, and eight kilobytes with them.
 */
const withoutTimeScales: Plugin = {
  name: 'without-time-scales',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const read = 'static defaults = TimeScale.defaults;'
      if (!source.includes(read)) throw new Error('Chart.js has changed: see whether its time scales still stay.')
      return { contents: source.replace(read, 'static defaults = /* @__PURE__ */ (() => TimeScale.defaults)();'), loader: 'js' }
    })
  },
}

async function style(): Promise<string> {
  const tabler = await readFile(find('@tabler/core/dist/css/tabler.min.css'), 'utf8')
  const sheets = (await readdir(folder)).filter((name) => name.endsWith('.css')).sort()
  const own = (await Promise.all(sheets.map((name) => readFile(`${folder}${name}`, 'utf8')))).join('\n')
  const [kept] = await new PurgeCSS().purge({
    content: [`${folder}../**/*.tsx`, `${folder}*.ts`],
    css: [{ raw: `${tabler}\n${own}` }],
    variables: true,
    safelist: { standard: ['html', 'body', 'data-bs-theme'], greedy: [/data-bs-theme/] },
  })
  const { code } = await transform(kept?.css ?? '', { loader: 'css', minify: true, charset: 'utf8', legalComments: 'none' })
  return code
}

async function sprite(): Promise<string> {
  const symbols = await Promise.all(
    [...ICON_NAMES].sort().map(async (name) => {
      const svg = await readFile(find(`bootstrap-icons/icons/${name}.svg`), 'utf8')
      const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
      return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${inner.trim()}</symbol>`
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`
}

function asset(name: string, ending: string, mime: string, body: string) {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return { name: `${name}-${hash}.${ending}`, mime, body }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(new URL('../assets.ts', import.meta.url), await buildAssets())
