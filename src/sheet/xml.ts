/**
 * A part of an XLSX as a stream of tags. A document type is refused, so there are no entities to grow or to fetch, and
 * so is what no spreadsheet program writes: deep nesting, hundreds of attributes.
 */
import { SaxesParser } from 'saxes'
import { AppError } from '../errors.ts'
import { refused } from './limits.ts'
import { breath } from './unzip.ts'

const PIECE = 262_144
const DEPTH = 40
const ATTRIBUTES = 100

export type XmlListener = {
  /** Names come without their prefix. */
  open?(name: string, attributes: ReadonlyMap<string, string>): void
  text?(text: string): void
  close?(name: string): void
}

/** Throws AppError. */
export async function parseXml(bytes: Uint8Array, { open, text, close }: XmlListener): Promise<void> {
  const parser = new SaxesParser()
  let depth = 0
  let attributes = new Map<string, string>()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw refused('unreadable')
  })
  parser.on('opentagstart', () => {
    attributes = new Map()
    depth += 1
    if (depth > DEPTH) throw refused('unreadable')
  })
  parser.on('attribute', ({ name, value }) => {
    attributes.set(bare(name), value)
    if (attributes.size > ATTRIBUTES) throw refused('unreadable')
  })
  parser.on('opentag', ({ name }) => open?.(bare(name), attributes))
  parser.on('text', (piece) => text?.(piece))
  parser.on('cdata', (piece) => text?.(piece))
  parser.on('closetag', ({ name }) => {
    depth -= 1
    close?.(bare(name))
  })
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  try {
    for (let from = 0; from < bytes.byteLength; from += PIECE) {
      parser.write(decoder.decode(bytes.subarray(from, from + PIECE), { stream: true }))
      await breath()
    }
    parser.write(decoder.decode())
    parser.close()
  } catch (error) {
    throw error instanceof AppError ? error : refused('unreadable', error)
  }
}

const bare = (name: string) => name.slice(name.indexOf(':') + 1)
