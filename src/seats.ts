/**
 * What may be said about officers, as forms, API and database hold it: who sits where with which roles until when, which
 * roles are lent. Pure: no database, no clock.
 */
import * as z from 'zod'
import { ROLES, TITLES, type Title } from './rights.ts'

const NAME_MOST = 100
const AREA_MOST = 200

const lineSchema = (most: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').trim().replace(/\s+/g, ' '))
    .pipe(
      z
        .string()
        .min(1)
        .max(most)
        .refine((text) => !/\p{Cc}/u.test(text)),
    )
const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
const rolesSchema = z
  .array(z.enum(ROLES))
  .min(1)
  .transform((roles) => ROLES.filter((role) => roles.includes(role)))
const titleSchema = z.enum(Object.keys(TITLES) as [Title, ...Title[]])

/** `area`: what the officer looks after (BCĐ's phân công). `untilDay`: the last day of the term; rights end with it. */
export const newSeatSchema = z.strictObject({
  unitId: idSchema,
  name: lineSchema(NAME_MOST),
  title: titleSchema.nullable().default(null),
  roles: rolesSchema,
  area: lineSchema(AREA_MOST).nullable().default(null),
  untilDay: z.iso.date().nullable().default(null),
})
export type NewSeat = z.output<typeof newSeatSchema>

/** Only what is named changes. */
export const editSeatSchema = z.strictObject({
  name: lineSchema(NAME_MOST).optional(),
  unitId: idSchema.optional(),
  title: titleSchema.nullable().optional(),
  roles: rolesSchema.optional(),
  area: lineSchema(AREA_MOST).nullable().optional(),
  untilDay: z.iso.date().nullable().optional(),
})
export type EditSeat = z.output<typeof editSeatSchema>

/** Both days are counted. */
export const loanSchema = z.strictObject({
  lenderId: idSchema,
  officerId: idSchema,
  roles: rolesSchema,
  fromDay: z.iso.date(),
  untilDay: z.iso.date(),
})
export type LoanWish = z.output<typeof loanSchema>
