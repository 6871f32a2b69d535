/**
 * Evidence as objects of a Cloudflare R2 bucket, for Workers. A put is whole or not at all and seen by the next read
 * (R2 is strongly consistent), so nothing needs adding. The bucket is typed by what is used of it, so that this file
 * compiles without the Workers' types.
 */
import { AppError } from './errors.ts'
import { EVIDENCE_PAGE, type EvidenceStore, isEvidenceName } from './evidence.ts'

export type EvidenceBucket = {
  put(key: string, value: Uint8Array): Promise<unknown>
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>
  delete(key: string): Promise<void>
  list(options: {
    limit: number
    startAfter?: string
  }): Promise<{ objects: ReadonlyArray<{ key: string; uploaded: Date }>; truncated: boolean }>
}

export function createR2Evidence(bucket: EvidenceBucket): EvidenceStore {
  return {
    async put(name, bytes) {
      await bucket.put(checked(name), bytes)
    },
    async get(name) {
      const object = await bucket.get(checked(name))
      return object ? new Uint8Array(await object.arrayBuffer()) : undefined
    },
    async delete(name) {
      await bucket.delete(checked(name))
    },
    async list(after, before) {
      const { objects, truncated } = await bucket.list({ limit: EVIDENCE_PAGE, ...(after ? { startAfter: after } : {}) })
      const last = objects.at(-1)
      // A bucket may hold what is not ours (a backup an operator put there): it is neither shown nor swept
      const own = objects.filter(({ key, uploaded }) => isEvidenceName(key) && (!before || uploaded < before))
      const names = own.map(({ key }) => key)
      return truncated && last ? { names, next: last.key } : { names }
    },
  }
}

function checked(name: string): string {
  if (!isEvidenceName(name)) throw new AppError('invalid', 'An evidence name is 1 to 40 letters, digits and hyphens.')
  return name
}
