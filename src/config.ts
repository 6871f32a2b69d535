/**
 * The environment as one typed value, parsed once by the entrance. A wrong value stops the start with its name, the
 * reason and an example; nothing else in the product reads the environment.
 */
import * as z from 'zod'
import { AppError } from './errors.ts'
import type { Level } from './log.ts'

export type TelegramConfig = { token: string; secret: string | undefined; apiRoot: string }
export type ZaloConfig = {
  appId: string
  appSecret: string
  oaSecretKey: string
  oaId: string
  seed: { accessToken: string; refreshToken: string } | undefined
  apiRoot: string
  oauthRoot: string
}
export type ZaloBotConfig = { token: string; secret: string | undefined; apiRoot: string }

export type Config = {
  port: number
  host: string
  publicUrl: string | null
  databaseUrl: string
  databaseToken: string | undefined
  /** 32 bytes, or undefined: Node with a file then makes one beside the data. */
  dataKey: Uint8Array<ArrayBuffer> | undefined
  evidenceDir: string
  telegram: TelegramConfig | undefined
  zalo: ZaloConfig | undefined
  zaloBot: ZaloBotConfig | undefined
  zaloSiteVerification: string | undefined
  zaloMediaHosts: readonly string[]
  abroadDecision: string | undefined
  logLevel: Level
  /** Where the clock starts, for tests: ISO instant. */
  now: Date | undefined
}

const url = (example: string, https = false) =>
  z
    .string()
    .refine((text) => isAddress(text) && (!https || text.startsWith('https://')), {
      message: `must be a web address that begins with ${https ? 'https://' : 'http:// or https://'}, e.g. ${example}`,
    })
    .transform((text) => text.replace(/\/+$/, ''))

const text = z.string().optional()

const schema = z.object({
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65535, 'must be a port from 0 to 65535, e.g. 3000')
    .transform(Number)
    .default(3000),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an address without a scheme, e.g. 127.0.0.1')
    .default('127.0.0.1'),
  PUBLIC_URL: url('https://hangviet.example.vn', true).optional(),
  LIBSQL_URL: z
    .string()
    .refine(
      (text) => /^file:.+/.test(text) || (/^(https?|libsql):\/\//.test(text) && isAddress(text.replace(/^libsql:/, 'https:'))),
      'must be file:…, http(s)://… or libsql://…, e.g. file:data/hang-viet.db',
    )
    .default('file:data/hang-viet.db'),
  LIBSQL_AUTH_TOKEN: text,
  DATA_KEY: z
    .string()
    .refine((value) => decodeKey(value)?.byteLength === 32, 'must be base64 of 32 bytes, e.g. the output of: openssl rand -base64 32')
    .transform((value) => decodeKey(value) as Uint8Array<ArrayBuffer>)
    .optional(),
  EVIDENCE_DIR: z.string().default('data/evidence'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[A-Za-z0-9_-]{20,}$/, 'must be the token as BotFather gives it, e.g. 123456789:AA…')
    .optional(),
  TELEGRAM_WEBHOOK_SECRET: secret(),
  TELEGRAM_API_ROOT: url('https://api.telegram.org').default('https://api.telegram.org'),
  ZALO_APP_ID: z.string().regex(/^\d+$/, 'must be the number of the Zalo app, e.g. 360846524940903967').optional(),
  ZALO_APP_SECRET: text,
  ZALO_OA_SECRET_KEY: text,
  ZALO_OA_ID: z.string().regex(/^\d+$/, 'must be the number of the Official Account, e.g. 579745863508352884').optional(),
  ZALO_ACCESS_TOKEN: text,
  ZALO_REFRESH_TOKEN: text,
  ZALO_API_ROOT: url('https://openapi.zalo.me').default('https://openapi.zalo.me'),
  ZALO_OAUTH_ROOT: url('https://oauth.zaloapp.com').default('https://oauth.zaloapp.com'),
  ZALO_SITE_VERIFICATION: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be the code in zalo_verifier<code>.html, e.g. AbC123')
    .optional(),
  ZALO_MEDIA_HOSTS: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter(Boolean))
    .refine(
      (hosts) => hosts.every(isMediaHost),
      'must be hosts, or origins with a scheme, e.g. cdn.example.vn *.photos.example.vn http://127.0.0.1:9000',
    ),
  ZALO_BOT_TOKEN: z.string().min(8, 'must be the token that Zalo Bot Creator sent you, e.g. 12345:abcdef').optional(),
  ZALO_BOT_WEBHOOK_SECRET: secret(),
  ZALO_BOT_API_ROOT: url('https://bot-api.zaloplatforms.com').default('https://bot-api.zaloplatforms.com'),
  DATA_ABROAD_DECISION: text,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error, e.g. info').default('info'),
  NOW: z
    .string()
    .refine((value) => !Number.isNaN(Date.parse(value)), 'must be an ISO instant, e.g. 2026-11-23T08:00:00+07:00')
    .transform((value) => new Date(value))
    .optional(),
})

/** @param env raw environment; empty strings count as absent. Throws AppError `invalid` naming every wrong value. */
export function parseConfig(env: Record<string, unknown>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string' && value.trim() !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    throw new AppError('invalid', parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'))
  }
  const values = parsed.data
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? null,
    databaseUrl: values.LIBSQL_URL,
    databaseToken: values.LIBSQL_AUTH_TOKEN,
    dataKey: values.DATA_KEY,
    evidenceDir: values.EVIDENCE_DIR,
    telegram: values.TELEGRAM_BOT_TOKEN
      ? { token: values.TELEGRAM_BOT_TOKEN, secret: values.TELEGRAM_WEBHOOK_SECRET, apiRoot: values.TELEGRAM_API_ROOT }
      : undefined,
    zalo: zaloOf(values),
    zaloBot: values.ZALO_BOT_TOKEN
      ? { token: values.ZALO_BOT_TOKEN, secret: values.ZALO_BOT_WEBHOOK_SECRET, apiRoot: values.ZALO_BOT_API_ROOT }
      : undefined,
    zaloSiteVerification: values.ZALO_SITE_VERIFICATION,
    zaloMediaHosts: values.ZALO_MEDIA_HOSTS,
    abroadDecision: values.DATA_ABROAD_DECISION,
    logLevel: values.LOG_LEVEL,
    now: values.NOW,
  }
}

/** Is the database a file, or a server on this machine? Anything else may stand abroad (R21). */
export function isHere(databaseUrl: string): boolean {
  return (
    databaseUrl.startsWith('file:') ||
    ['localhost', '127.0.0.1', '[::1]'].includes(new URL(databaseUrl.replace(/^libsql:/, 'https:')).hostname)
  )
}

function zaloOf(values: z.infer<typeof schema>): ZaloConfig | undefined {
  const parts = {
    ZALO_APP_ID: values.ZALO_APP_ID,
    ZALO_APP_SECRET: values.ZALO_APP_SECRET,
    ZALO_OA_SECRET_KEY: values.ZALO_OA_SECRET_KEY,
    ZALO_OA_ID: values.ZALO_OA_ID,
  }
  if (Object.values(parts).every((value) => value === undefined)) return undefined
  const missing = Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (missing.length > 0)
    throw new AppError('invalid', `${missing.join(', ')} missing: a Zalo Official Account needs all of ${Object.keys(parts).join(', ')}.`)
  const { ZALO_ACCESS_TOKEN: accessToken, ZALO_REFRESH_TOKEN: refreshToken } = values
  if ((accessToken === undefined) !== (refreshToken === undefined)) {
    throw new AppError('invalid', 'ZALO_ACCESS_TOKEN and ZALO_REFRESH_TOKEN belong together: set both or neither.')
  }
  return {
    appId: parts.ZALO_APP_ID ?? '',
    appSecret: parts.ZALO_APP_SECRET ?? '',
    oaSecretKey: parts.ZALO_OA_SECRET_KEY ?? '',
    oaId: parts.ZALO_OA_ID ?? '',
    seed: accessToken && refreshToken ? { accessToken, refreshToken } : undefined,
    apiRoot: values.ZALO_API_ROOT,
    oauthRoot: values.ZALO_OAUTH_ROOT,
  }
}

function secret() {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,256}$/, 'must be 8 to 256 letters, digits, _ or -, e.g. the output of: openssl rand -hex 24')
    .optional()
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && /^[a-z]+:\/\/[^/]/i.test(text)
}

/** A whole top domain would open the photo door to anybody. */
function isMediaHost(entry: string): boolean {
  if (entry.includes('://')) return isAddress(entry) && new URL(entry).origin === entry.toLowerCase()
  return /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i.test(entry)
}

function decodeKey(value: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(value.trim()), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
