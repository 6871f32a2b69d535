/**
 * What may be said about units, as forms, API and database hold it: names, codes, and the five changes of the tree that
 * take effect on a day (F65). Pure: no database, no clock.
 */
import * as z from 'zod'
import { fold } from './vietnamese/index.ts'

const NAME_MOST = 200
const ALIASES_MOST = 30
const UNITS_MOST = 30
const NOTE_MOST = 300

/** A name on one line, with letters in it. */
const nameSchema = z
  .string()
  .transform((name) => name.normalize('NFC').trim().replace(/\s+/g, ' '))
  .pipe(
    z
      .string()
      .min(1)
      .max(NAME_MOST)
      .refine((name) => !/\p{Cc}/u.test(name) && fold(name) !== ''),
  )
const unitIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
const shortSchema = nameSchema.nullable().default(null)
const noteSchema = z
  .string()
  .max(NOTE_MOST)
  .transform((note) => note.normalize('NFC').trim().replace(/\s+/g, ' '))
  .default('')
export const aliasesSchema = z
  .array(nameSchema)
  .max(ALIASES_MOST)
  .transform((names) => [...new Set(names)])

export const newUnitSchema = z.strictObject({
  parentId: unitIdSchema,
  kind: z.string().max(40),
  level: z.string().max(40),
  name: nameSchema,
  shortName: shortSchema,
  aliases: aliasesSchema.default([]),
})
export type NewUnit = z.output<typeof newUnitSchema>

/** What an officer may put right at once: how people call it, what is said of it. Its name changes on a day. */
export const editUnitSchema = z.strictObject({ aliases: aliasesSchema.optional(), note: noteSchema.optional() })

/** `day`: the first day on which it holds. `note` is shown to members beside the old name, such as the number of the decision. */
const onDay = { day: z.iso.date(), note: noteSchema }
const heirSchema = z.union([z.strictObject({ id: unitIdSchema }), z.strictObject({ name: nameSchema })])

export const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rename'), name: nameSchema, shortName: shortSchema, ...onDay }),
  z.strictObject({ kind: z.literal('move'), parentId: unitIdSchema, ...onDay }),
  /** Others go up in this unit. */
  z.strictObject({ kind: z.literal('merge'), sources: z.array(unitIdSchema).min(1).max(UNITS_MOST), ...onDay }),
  /** Units that are there, by id, or new ones, by name, beside this one. */
  z.strictObject({ kind: z.literal('split'), heirs: z.array(heirSchema).min(2).max(UNITS_MOST), ...onDay }),
  z.strictObject({ kind: z.literal('close'), ...onDay }),
])
export type ChangeWish = z.output<typeof changeSchema>

export const CHANGE_KINDS = ['rename', 'move', 'merge', 'split', 'close'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]
/** `moving`: carried out, its members are being told. */
export const CHANGE_STATES = ['planned', 'moving', 'done', 'cancelled', 'failed'] as const
export type ChangeState = (typeof CHANGE_STATES)[number]

/** A heir with a name is made on the day. */
export type Heir = { id: string; name?: string; code?: string }
/** As it is kept: the former name too, because the unit's row will not have it any more. */
export type ChangePlan =
  | { kind: 'rename'; name: string; shortName: string | null; before: string }
  | { kind: 'move'; parentId: string; before: string | null }
  | { kind: 'merge'; sources: string[] }
  | { kind: 'split'; heirs: Heir[] }
  | { kind: 'close' }

export const levelNameSchema = z.strictObject({
  kind: z.string().regex(/^[a-z0-9_]{1,40}$/),
  level: z.string().regex(/^[a-z0-9_]{1,40}$/),
  vi: nameSchema,
  en: nameSchema,
})
export type LevelName = z.output<typeof levelNameSchema>

/** Links that open the chat and join at once; on Zalo, which carries no code in a link, the code is typed. */
export function joinLinks(
  code: string,
  { telegramName, publicUrl, zaloOaId }: { telegramName: string | null; publicUrl: string | null; zaloOaId: string | null },
): Array<{ channel: 'telegram' | 'web' | 'zalo'; url: string; typed: boolean }> {
  return [
    ...(zaloOaId ? [{ channel: 'zalo' as const, url: `https://zalo.me/${encodeURIComponent(zaloOaId)}`, typed: true }] : []),
    ...(telegramName ? [{ channel: 'telegram' as const, url: `https://t.me/${telegramName}?start=${code}`, typed: false }] : []),
    ...(publicUrl ? [{ channel: 'web' as const, url: `${publicUrl}/?start=${code}`, typed: false }] : []),
  ]
}

/** What hangs on a wall: one sheet, in words that are ready to print. */
export type Poster = {
  product: string
  unit: string
  invite: string
  ways: ReadonlyArray<{ label: string; url: string; hint: string }>
  codeLabel: string
  code: string
  notes: readonly string[]
}
/** Makes files of it; only where there is something that draws them (Node). */
export type PosterMaker = { pdf(poster: Poster): Promise<Uint8Array>; png(text: string): Promise<Uint8Array> }
