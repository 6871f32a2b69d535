/**
 * The shape of the product, read from its import lines: imports point one way, each platform's library stands in one
 * folder, SQL in db/, the environment in the entrances, sentences in content/. Every exception is named with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

type Source = { path: string; text: string; imports: string[] }

const sources: Source[] = ['src', 'handlers', 'content', 'db'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => {
      const path = normalize(join(folder, name))
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    }),
)

/** What a file may be, from the top down; the first pattern that fits decides. */
const LAYERS: Array<[layer: string, pattern: RegExp]> = [
  ['entrance', /^src\/(node|worker|admin)[^/]*\.ts$|^src\/admin\//],
  // What only Node can do, handed to the product by its entrance.
  [
    'ground',
    /^src\/(evidence-files|viewer-copy|pictures|poster|load-content|paper-docx|packet)\.ts$|^src\/channels\/web\/page\/build\.ts$|^src\/console\/page\/build\.ts$/,
  ],
  ['app', /^src\/(app|routes)\.ts$|^src\/channels\/index\.ts$/],
  [
    'engine',
    /^src\/(receive|decide|router|dispatch|replies|outcome|pushes|push-outcome|push-taps|broadcasts|road-state|schedule|jobs|figures|health|poller|photos|photo-fetch|photo-intake|relay|retention|metrics|case-reminders)\.ts$/,
  ],
  ['engine', /^src\/(reorganise|case-marks|case-reminders|notice-outcomes|gone-objects)\.ts$/],
  ['api', /^src\/api\//],
  // Read by the build of the pages' icons as well.
  ['word', /^src\/console\/kit\/icon-names\.ts$/],
  ['console', /^src\/console\//],
  // Public pages that stand for themselves.
  ['page', /^src\/pages\//],
  ['channel', /^src\/channels\/[^/]+\//],
  ['handlers', /^handlers\/index\.ts$/],
  ['handler', /^handlers\//],
  ['db', /^db\//],
  ['content', /^content\//],
  ['word', /^src\/(tree|seats)\.ts$/],
  [
    'word',
    /^src\/(case|holiday|identity|removal|redaction|duplicates|verdict|authority|paper|decision|talk-word|opinion|warning|filing-proof|case-reason|case-intake|name-and-phone)\.ts$/,
  ],
  ['word', /^src\/(duplicates|duplicate-[a-z]+)\.ts$/],
  ['word', /^src\/(vietnamese|sheet)\//],
  [
    'word',
    /^src\/(chat|errors|config|text|keys|keys-node|keys-web|body|multipart|given-photos|limiter|session|api-fetch|media|time|working-days|plan|log|gather|render|pace|menu|rights|totp|campaign|campaign-words|image|evidence|evidence-r2|sealed-reply|sealing|group|windows|one-time-code|month|site|qr|entry|entry-sheet|entry-text|difference|settings|hotline|data-clock|incident|incident-notice)\.ts$/,
  ],
]

/** Who may import whom. Everybody may import its own folder's private files (a channel's, a handler's). */
const MAY: Record<string, readonly string[]> = {
  entrance: ['entrance', 'ground', 'app', 'engine', 'api', 'console', 'page', 'channel', 'handlers', 'db', 'content', 'word'],
  ground: ['ground', 'db', 'content', 'word'],
  app: ['app', 'engine', 'api', 'console', 'page', 'channel', 'handlers', 'db', 'content', 'word'],
  engine: ['engine', 'db', 'word'],
  api: ['api', 'db', 'content', 'word'],
  // Pages show what the API answers with, and the same schemas read both.
  console: ['console', 'api', 'page', 'db', 'content', 'word'],
  page: ['page', 'db', 'word'],
  channel: ['word'],
  handlers: ['handler', 'word'],
  // Of each other: see HANDLERS_TOGETHER.
  handler: ['handler', 'db', 'word'],
  db: ['db', 'word'],
  content: ['content'],
  word: ['word'],
}

const layerOf = (path: string) => LAYERS.find(([, pattern]) => pattern.test(path))?.[0]

/** The folder whose files belong together: one channel, one handler. */
const ownFolder = (path: string) => /^(src\/channels\/[^/]+|handlers\/[^/]+)\//.exec(path)?.[1]

describe('imports', () => {
  test('every file has its place', () => {
    expect(sources.filter(({ path }) => !layerOf(path)).map(({ path }) => path)).toEqual([])
    expect(sources.length).toBeGreaterThan(100)
  })

  test('point one way: entrances, app, engine, handlers and channels, database, words', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((one) => one.startsWith('src/') || one.startsWith('handlers/') || one.startsWith('db/') || one.startsWith('content/'))
        .filter((one) => /\.tsx?$/.test(one))
        .filter((one) => !(ownFolder(path) !== undefined && ownFolder(path) === ownFolder(one)))
        .filter((one) => !MAY[layerOf(path) ?? '']?.includes(layerOf(one) ?? ''))
        .map((one) => `${path} imports ${one}`),
    )
    expect(wrong).toEqual([])
  })

  test('handlers do not know each other; only their list does', () => {
    const wrong = sources
      .filter(({ path }) => layerOf(path) === 'handler')
      .flatMap(({ path, imports }) =>
        imports
          .filter((one) => one.startsWith('handlers/') && !(ownFolder(path) && ownFolder(path) === ownFolder(one)))
          .map((one) => `${path} imports ${one}`),
      )
    expect(wrong.filter((one) => !HANDLERS_TOGETHER.has(one))).toEqual([])
    expect([...HANDLERS_TOGETHER.keys()].filter((one) => !wrong.includes(one))).toEqual([])
  })

  test('name no file that is not there', () => {
    const known = new Set(sources.map(({ path }) => path))
    const missing = sources.flatMap(({ path, imports }) =>
      imports.filter((one) => /^(src|handlers|db|content)\/.*\.tsx?$/.test(one) && !known.has(one)).map((one) => `${path} imports ${one}`),
    )
    expect(missing).toEqual([])
  })
})

/** Where one handler needs another, and why. */
const HANDLERS_TOGETHER = new Map([
  ['handlers/start.ts imports handlers/unit.ts', 'a link that opens the chat may carry a unit to join'],
  ['handlers/track.ts imports handlers/talk/answer.ts', 'an answer is written the same way by a receipt and by a notice'],
  ['handlers/track.ts imports handlers/talk/thread.ts', 'both show the same thread'],
  ['handlers/track.ts imports handlers/withdraw/sure.ts', 'a report is taken back the same way wherever it is asked'],
  ['handlers/talk/answer.ts imports handlers/withdraw/sure.ts', 'the words that ask for it are known where a thread is read'],
  ['handlers/talk/index.ts imports handlers/withdraw/sure.ts', 'the same by the word of a notice'],
  ['handlers/data/view.ts imports handlers/link.ts', 'both name a channel to the person'],
])

/** Libraries that stand in one place. `node:` is what Workers do not have. */
const CONFINED: Array<[library: string, pattern: RegExp, place: RegExp]> = [
  ['grammY', /^grammy(\/|$)/, /^src\/channels\/telegram\//],
  ['zalo-api', /^zalo-api$/, /^src\/channels\/zalo\//],
  ['axios', /^axios$/, /^src\/channels\/zalo\//],
  ['i18next', /^i18next$/, /^content\/index\.ts$/],
  ['the libSQL client', /^@libsql\//, /^db\/client\.ts$/],
  ['node-cron', /^node-cron$/, /^src\/node\.ts$/],
  ['undici', /^undici$/, /^src\/node[^/]*\.ts$/],
  ['the Node server', /^@hono\/node-server/, /^src\/node\.ts$/],
  ['sharp', /^sharp$/, /^src\/viewer-copy\.ts$/],
  ['otpauth', /^otpauth$/, /^src\/totp\.ts$/],
  ['zod-openapi', /^zod-openapi$/, /^src\/api\//],
  ['qrcode', /^qrcode$/, /^src\/(admin\/officer-bind|qr|poster)\.ts$/],
  ['pdfkit', /^pdfkit$/, /^src\/poster\.ts$/],
  ['esbuild', /^esbuild$/, /^src\/(channels\/web|console)\/page\/build\.ts$/],
  ['the charts', /^chart\.js$/, /^src\/console\/page\/chart\.ts$/],
  ['passkeys', /^@simplewebauthn\//, /^src\/console\/(webauthn|page\/passkeys)\.ts$/],
  ['proof of work', /^altcha-lib|^@noble\/hashes/, /^src\/channels\/web\//],
  ['diff', /^diff$/, /^src\/difference\.ts$/],
  ['fflate', /^fflate$/, /^src\/(sheet\/|(paper-docx|packet)\.ts$)/],
  ['docx', /^docx$/, /^src\/paper-docx\.ts$/],
  ['saxes', /^saxes$/, /^src\/sheet\//],
  ['write-excel-file', /^write-excel-file/, /^src\/sheet\//],
  [
    'node:',
    /^node:/,
    /^src\/((node|admin|keys-node|evidence-files|viewer-copy|poster)[^/]*\.ts$|admin\/|(channels\/web|console)\/page\/build\.ts$)/,
  ],
]

test.each(CONFINED)('%s stands in one place', (_, pattern, place) => {
  const users = sources.filter(({ imports }) => imports.some((one) => pattern.test(one)))
  expect(users.map(({ path }) => path).filter((path) => !place.test(path))).toEqual([])
})

test('what Workers run names nothing that only Node has', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const reached = new Set<string>()
  const visit = (path: string) => {
    if (reached.has(path)) return
    reached.add(path)
    for (const one of byPath.get(path)?.imports ?? []) if (byPath.has(one)) visit(one)
  }
  visit('src/worker.ts')
  const nodeOnly = [...reached].filter((path) => {
    const source = byPath.get(path)
    return source?.imports.some((one) => one.startsWith('node:')) || /\bBuffer\.|\bprocess\./.test(codeOf(source?.text ?? ''))
  })
  expect(reached.size).toBeGreaterThan(60)
  expect(nodeOnly).toEqual([])
})

test('SQL stands in db/ alone', () => {
  const sql = /\b(SELECT\s[^'"`]*\sFROM\s|INSERT (OR \w+ )?INTO\s|UPDATE \w+ SET\s|DELETE FROM\s|CREATE (TABLE|INDEX)\s)/
  expect(sources.filter(({ path, text }) => !path.startsWith('db/') && sql.test(codeOf(text))).map(({ path }) => path)).toEqual([])
})

test('the environment is read by the entrances alone', () => {
  const readers = sources.filter(({ text }) => /process\.env|import\.meta\.env/.test(codeOf(text))).map(({ path }) => path)
  expect(readers.filter((path) => layerOf(path) !== 'entrance')).toEqual([])
})

test('zod is imported whole, because its named import brings every language along', () => {
  const wrong = sources.filter(({ text }) => /from ['"]zod['"]/.test(text) && !/import (type )?\* as z from 'zod'/.test(text))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('no file is longer than three hundred lines, and each begins with what it is', () => {
  expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([])
  expect(sources.filter(({ text }) => !/^\/(\*\*|\/ )/.test(text)).map(({ path }) => path)).toEqual([])
})

test('every content file has both languages', () => {
  const files = readdirSync(join(root, 'content')).filter((name) => name.endsWith('.json'))
  for (const file of files) expect(Object.keys(JSON.parse(readFileSync(join(root, 'content', file), 'utf8')))).toEqual(['vi', 'en'])
})

/** Where Vietnamese stands outside content/, and why. */
const VIETNAMESE_ALLOWED: Array<[path: RegExp, reason: string]> = [
  [/^src\/(node|worker|admin)[^/]*\.ts$|^src\/admin\//, 'the operator reads it in a terminal or a log'],
  [/^src\/(vietnamese|channels\/zalo)\//, 'words that are listened for, and what Zalo itself says'],
  [/^src\/channels\/[^/]+\/index\.ts$/, 'the state of a channel, for the operator'],
  [/^src\/app\.ts$/, 'honest defaults of who runs this deployment, until an officer writes them'],
]

test('sentences for people stand in content/ alone', () => {
  const speaking = sources.filter(({ path, text }) => !path.startsWith('content/') && literalsOf(text).some(isSentence))
  const allowed = (path: string) => VIETNAMESE_ALLOWED.some(([pattern]) => pattern.test(path))
  expect(speaking.filter(({ path }) => !allowed(path)).map(({ path, text }) => [path, literalsOf(text).find(isSentence)])).toEqual([])
  expect(VIETNAMESE_ALLOWED.filter(([pattern]) => !speaking.some(({ path }) => pattern.test(path)))).toEqual([])
})

/** A sentence has Vietnamese letters, more than a name's worth of words, and an end or a capital. Words a handler listens for have neither. */
function isSentence(literal: string): boolean {
  const vietnamese = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i.test(literal)
  return vietnamese && literal.trim().split(/\s+/).length >= 3 && (/[.?!…:]$/.test(literal.trim()) || /^\p{Lu}/u.test(literal.trim()))
}

/** Imported modules: packages as they are named, our own files as paths from the top. */
function importsOf(path: string, text: string): string[] {
  const named = [...codeOf(text).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')
  return named.map((name) => (name.startsWith('.') ? normalize(join(dirname(path), name)) : name))
}

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function literalsOf(text: string): string[] {
  return [...codeOf(text).matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  )
}
