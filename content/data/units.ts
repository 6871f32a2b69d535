/**
 * The sample unit tree (F3) and the names of its levels, as typed data. Each customer replaces it with its own units;
 * nothing in code knows a level or a name (R22). Old units stay as closed rows, so that the name a person still uses is
 * found and leads to what took its place. The JSON file is checked in full by test/built-in-data.test.ts.
 */
import data from './units.json' with { type: 'json' }

export type UnitKind = 'mttq' | 'cong_doan' | 'doan_tn' | 'bcd' | 'so_nganh' | 'truong' | 'doanh_nghiep' | 'hoi_bvntd'
export type UnitLevel = 'trung_uong' | 'tinh' | 'xa' | 'co_so' | 'to'

export type SampleUnit = {
  /** Slug of a–z, 0–9 and dashes, at most 20 characters. */
  id: string
  kind: UnitKind
  /** A closed unit of the former district level stands at `xa`. */
  level: UnitLevel
  name: string
  short_name: string
  /** Always stands earlier in the list than its children. */
  parent: string | null
  /** Joins at once: 6 of A–Z and 2–9 without I, L, O. Null: cannot be joined by code. */
  code: string | null
  /** Local day (YYYY-MM-DD); null when not known. */
  valid_from: string | null
  /** Last local day of a closed unit; null while it is open. */
  valid_to: string | null
  /** Open units a member of this closed one is offered; several when it was split, none when it simply ended. */
  successors: string[]
  /** Other names people type, old ones too. */
  aliases: string[]
  /** What happened to a closed unit, as a sentence for the member. */
  note: string | null
}

export type LevelName = { kind: UnitKind; level: UnitLevel; vi: string; en: string }

export const sampleUnits: readonly SampleUnit[] = data.units as SampleUnit[]
export const levelNames: readonly LevelName[] = data.levelNames as LevelName[]
