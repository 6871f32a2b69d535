/**
 * The form in which texts are indexed and searched: lower case, no accents, đ as d, one space between words.
 * Marks between letters fall away, except the `-` and `/` inside a document number: "03-CT/TW" stays one word
 * "03-ct/tw", while "2021-2025", "19/5/2021" and "Hải Dương - Quận 7" are plain words.
 */
const RUN = /[\p{L}\p{N}]+(?:[-/][\p{L}\p{N}]+)*/gu
const DOCUMENT = /^\p{N}+[a-z]?(?:[-/][\p{L}\p{N}]+)*[-/]\p{N}*\p{L}/u

/** `fold('Chỉ thị 03-CT/TW, Hải Dương') === 'chi thi 03-ct/tw hai duong'`. Folding twice changes nothing. */
export function fold(text: string): string {
  return foldTokens(text).join(' ')
}

/** The words of the folded text. */
export function foldTokens(text: string): string[] {
  const tokens: string[] = []
  for (const run of foldLetters(text).match(RUN) ?? []) {
    if (DOCUMENT.test(run)) tokens.push(run)
    else tokens.push(...run.split(/[-/]/))
  }
  return tokens
}

/** Letters folded, everything else left where it stands. Dashes of every kind become `-`. */
export function foldLetters(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[đð]/g, 'd')
    .replace(/\p{Pd}|\u2212/gu, '-')
}
