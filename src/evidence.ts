/**
 * Where sealed photos lie: a folder on Node, an R2 bucket on Workers. What is put there is sealed already and its name
 * says nothing, so a store needs to know no more than bytes.
 */

export type EvidenceStore = {
  put(name: string, bytes: Uint8Array): Promise<void>
  get(name: string): Promise<Uint8Array | undefined>
  delete(name: string): Promise<void>
}
