import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LATEST_MIGRATION, listApplied } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { isHere, parseConfig } from '../src/config.ts'
import { openGround } from '../src/node-ground.ts'

const KEY = Buffer.alloc(32, 1).toString('base64')
const ZALO = { ZALO_APP_ID: '360846524940903967', ZALO_APP_SECRET: 's', ZALO_OA_SECRET_KEY: 's', ZALO_OA_ID: '579745863508352884' }

describe('a wrong value in the environment', () => {
  test.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '3000.5'],
    ['HOST', 'https://bot.example.vn'],
    ['HOST', 'a b'],
    ['PUBLIC_URL', 'http://hangviet.example.vn'],
    ['PUBLIC_URL', 'hangviet.example.vn'],
    ['PUBLIC_URL', 'https://'],
    ['LIBSQL_URL', 'postgres://u:secret-word@h/db'],
    ['LIBSQL_URL', 'data/hang-viet.db'],
    ['LIBSQL_URL', 'http://'],
    ['LIBSQL_URL', 'libsql://h:notaport/'],
    ['DATA_KEY', 'secret-word'],
    ['DATA_KEY', Buffer.alloc(31).toString('base64')],
    ['DATA_KEY', Buffer.alloc(33).toString('base64')],
    ['TELEGRAM_BOT_TOKEN', 'secret-word'],
    ['TELEGRAM_WEBHOOK_SECRET', 'có dấu cách'],
    ['TELEGRAM_WEBHOOK_SECRET', 'short'],
    ['TELEGRAM_API_ROOT', 'api.telegram.org'],
    ['ZALO_APP_ID', 'secret-word'],
    ['ZALO_OA_ID', '12x'],
    ['ZALO_API_ROOT', 'ftp://openapi.zalo.me'],
    ['ZALO_OAUTH_ROOT', 'x'],
    ['ZALO_SITE_VERIFICATION', '../../etc/passwd'],
    ['ZALO_SITE_VERIFICATION', '<script>'],
    ['ZALO_MEDIA_HOSTS', 'cdn.example.vn/path'],
    ['ZALO_MEDIA_HOSTS', 'cdn.example.vn, *'],
    ['ZALO_MEDIA_HOSTS', '*.vn'],
    ['ZALO_MEDIA_HOSTS', 'ftp://cdn.example.vn'],
    ['ZALO_BOT_TOKEN', 'x'],
    ['ZALO_BOT_WEBHOOK_SECRET', 'x y z x y z x y z'],
    ['ZALO_BOT_API_ROOT', 'x'],
    ['LOG_LEVEL', 'loud'],
    ['NOW', 'tomorrow'],
  ])('%s=%s stops the start with its name, the reason and an example, and does not repeat the value', (name, value) => {
    let said = ''
    try {
      parseConfig({ [name]: value })
    } catch (error) {
      said = (error as Error).message
    }
    expect(said).toMatch(new RegExp(`^${name} .*must .*e\\.g\\. .+`))
    expect(said.split('\n')).toHaveLength(1)
    expect(said).not.toContain('secret-word')
  })

  test('several wrong values are all named at once', () => {
    expect(() => parseConfig({ PORT: 'x', LOG_LEVEL: 'x', NOW: 'x' })).toThrow(/PORT[\s\S]*LOG_LEVEL[\s\S]*NOW/)
  })

  test.each(Object.keys(ZALO))('a Zalo account without %s says which one is missing', (name) => {
    const { [name as keyof typeof ZALO]: _, ...rest } = ZALO
    expect(() => parseConfig(rest)).toThrow(new RegExp(`^${name} missing`))
  })

  test('one Zalo token without the other says that both belong together', () => {
    expect(() => parseConfig({ ...ZALO, ZALO_ACCESS_TOKEN: 'a' })).toThrow(/ZALO_REFRESH_TOKEN/)
  })

  test('nothing set, or set to nothing, is a start with the defaults', () => {
    const { port, host, databaseUrl, telegram, zalo, zaloBot, dataKey } = parseConfig({ PORT: ' ', DATA_KEY: '' })
    expect({ port, host, databaseUrl, telegram, zalo, zaloBot, dataKey }).toEqual({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: 'file:data/hang-viet.db',
      telegram: undefined,
      zalo: undefined,
      zaloBot: undefined,
      dataKey: undefined,
    })
  })

  test('right values are taken', () => {
    const { zaloMediaHosts, publicUrl, host } = parseConfig({
      ZALO_MEDIA_HOSTS: 'cdn.example.vn, *.photos.example.vn http://127.0.0.1:9000',
      PUBLIC_URL: 'https://hangviet.example.vn/',
      HOST: '::1',
    })
    expect({ zaloMediaHosts, publicUrl, host }).toEqual({
      zaloMediaHosts: ['cdn.example.vn', '*.photos.example.vn', 'http://127.0.0.1:9000'],
      publicUrl: 'https://hangviet.example.vn',
      host: '::1',
    })
  })
})

describe('the ground of a start', () => {
  let folder: string
  let url: string
  let warned: string[]
  let said: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hang-viet-config-'))
    url = `file:${join(folder, 'data', 'bot.db')}`
    warned = []
    said = []
    vi.spyOn(console, 'warn').mockImplementation((line) => void warned.push(String(line)))
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await rm(folder, { recursive: true, force: true })
  })
  const opens = async (env: Record<string, string>) => {
    const ground = await openGround({ LIBSQL_URL: url, ...env }, (line) => void said.push(line))
    ground.db.close()
    return ground
  }
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

  test('makes the folder, the key and the database for this user alone', async () => {
    const before = process.umask(0o077)
    try {
      await opens({})
    } finally {
      process.umask(before)
    }
    expect(await modeOf(join(folder, 'data'))).toBe('700')
    expect(await modeOf(join(folder, 'data', 'key'))).toBe('600')
    expect(await modeOf(join(folder, 'data', 'bot.db'))).toBe('600')
    expect(warned.join('\n')).toContain('nằm cạnh dữ liệu')
    const key = (await readFile(join(folder, 'data', 'key'), 'utf8')).trim()
    expect([...warned, ...said].join('\n')).not.toContain(key)
    await opens({})
    expect((await readFile(join(folder, 'data', 'key'), 'utf8')).trim()).toBe(key)
  })

  test('two starts at once agree on one key', async () => {
    const [one, two] = await Promise.all([opens({}), opens({})])
    expect(Buffer.from(one.dataKey).equals(Buffer.from(two.dataKey))).toBe(true)
  })

  test('a database sealed with another key stops the start, and the right key still opens it', async () => {
    await opens({ DATA_KEY: KEY })
    const other = Buffer.alloc(32, 2).toString('base64')
    const refusal = await opens({ DATA_KEY: other }).catch((error: Error) => error)
    expect(refusal).toBeInstanceOf(Error)
    expect(String(refusal)).toContain('DATA_KEY')
    expect(String(refusal)).not.toContain(other)
    await opens({ DATA_KEY: KEY })
  })

  test('a key file that others may read is warned of; one that is no key stops the start', async () => {
    await mkdir(join(folder, 'data'))
    const file = join(folder, 'data', 'key')
    await writeFile(file, KEY)
    await chmod(file, 0o644)
    await opens({})
    expect(warned.join('\n')).toContain(`chmod 600 ${file}`)
    await writeFile(file, 'short')
    await expect(opens({})).rejects.toThrow(/32 bytes/)
  })

  test('with another key not even a migration is brought in', async () => {
    await opens({ DATA_KEY: KEY })
    const db = await openDb({ url })
    await db.write([{ sql: 'DELETE FROM migrations WHERE name = ?', args: [LATEST_MIGRATION] }])
    await expect(opens({ DATA_KEY: Buffer.alloc(32, 2).toString('base64') })).rejects.toThrow(/another DATA_KEY/)
    expect(await listApplied(db)).not.toContain(LATEST_MIGRATION)
    db.close()
  })

  test('a database elsewhere is warned of before anything goes there, until the decision is recorded (R21)', async () => {
    const env = { LIBSQL_URL: 'http://nowhere.invalid:9', DATA_KEY: KEY }
    await expect(opens(env)).rejects.toThrow()
    expect(warned.join('\n')).toMatch(/CẢNH BÁO.*ngoài Việt Nam.*DATA_ABROAD_DECISION/)
    warned.length = 0
    await expect(opens({ ...env, DATA_ABROAD_DECISION: 'QĐ 12/2026' })).rejects.toThrow()
    expect(warned).toEqual([])
  })

  test('a libSQL server without DATA_KEY is refused before anything is asked of it', async () => {
    await expect(opens({ LIBSQL_URL: 'http://127.0.0.1:9' })).rejects.toThrow(/DATA_KEY is required.*e\.g\./)
  })

  test('a server that is away stops the start without telling its token', async () => {
    const refusal = await opens({
      LIBSQL_URL: 'http://127.0.0.1:9?authToken=secret-word',
      LIBSQL_AUTH_TOKEN: 'secret-word',
      DATA_KEY: KEY,
    }).catch((error: Error) => error)
    expect(refusal).toBeInstanceOf(Error)
    expect(String(refusal)).not.toContain('secret-word')
  })
})

describe('where the data stands (R21)', () => {
  test.each([
    ['file:data/x.db', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['libsql://localhost', true],
    ['libsql://db.example.com', false],
    ['https://127.0.0.1.example.com', false],
    ['http://localhost@evil.example', false],
  ])('%s is here: %s', (url, here) => {
    expect(isHere(url)).toBe(here)
  })
})
