/**
 * Who is writing: a random id in a signed cookie and nothing else. A cookie that was forged or cut makes a new visitor,
 * so it opens nobody's talk.
 */
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Keys } from '../../chat.ts'
import { sameSecret } from '../../keys.ts'

const NAME = 'hv_visitor'
const YEAR_S = 365 * 24 * 60 * 60
const SHAPE = /^([0-9a-f]{32})\.([A-Za-z0-9_-]{32})$/

export type Visitors = {
  /** The visitor of a request, or undefined. */
  find(c: Context): Promise<string | undefined>
  /** The visitor of a request, or a new one; the cookie lives a year from now on. */
  welcome(c: Context): Promise<{ visitor: string; fresh: boolean }>
}

/** @param https whether the outside reaches us by https only. */
export function createVisitors({ keys, random, https }: { keys: Keys; random(): number; https(c: Context): boolean }): Visitors {
  const find = async (c: Context) => {
    const [, visitor, tag] = SHAPE.exec(getCookie(c, NAME) ?? '') ?? []
    if (visitor === undefined || tag === undefined) return undefined
    return sameSecret(tag, await keys.tag('visitor', visitor)) ? visitor : undefined
  }
  return {
    find,
    async welcome(c) {
      const known = await find(c)
      const visitor = known ?? randomVisitor(random)
      setCookie(c, NAME, `${visitor}.${await keys.tag('visitor', visitor)}`, {
        httpOnly: true,
        sameSite: 'Lax',
        secure: https(c),
        path: '/',
        maxAge: YEAR_S,
      })
      return { visitor, fresh: known === undefined }
    },
  }
}

/** 128 bits as hex. */
function randomVisitor(random: () => number): string {
  let id = ''
  for (let i = 0; i < 4; i++)
    id += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
  return id
}
