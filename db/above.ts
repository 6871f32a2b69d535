/**
 * The climb from a unit to the top of its tree, as a piece of SQL that several nouns share: `above(id, parent_id,
 * depth)` holds the unit itself (depth 0) and every unit above it. Bounded, so that a ring typed by mistake ends.
 */
export const ABOVE = `above(id, parent_id, depth) AS (
  SELECT id, parent_id, 0 FROM units WHERE id = ?
  UNION ALL SELECT u.id, u.parent_id, a.depth + 1 FROM above a JOIN units u ON u.id = a.parent_id WHERE a.depth < 32)`
