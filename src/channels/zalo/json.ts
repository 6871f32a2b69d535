/**
 * JSON as Zalo writes it. Ids pass 2^53 and some endpoints send them unquoted (zalo.md §1.1), where `JSON.parse` would
 * round them to somebody else's id: long whole numbers are put in quotes first.
 */

// a long number that stands where a value stands; inside a string this may match too, which only costs the slow road
const PERHAPS_LONG = /[:[,]\s*-?\d{16}/
const LONG = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

/** Parses JSON; whole numbers of 16 digits and more come out as strings. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(PERHAPS_LONG.test(text) ? quoteLongs(text) : text)
}

function quoteLongs(text: string): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const open = quote === -1 ? text.length : quote
    out += text.slice(at, open).replace(LONG, '"$&"')
    let close = open + 1
    while (close < text.length && text[close] !== '"') close += text[close] === '\\' ? 2 : 1
    out += text.slice(open, close + 1)
    at = close + 1
  }
  return out
}
