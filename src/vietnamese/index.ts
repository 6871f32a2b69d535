/**
 * Understanding typed Vietnamese (features §4.6): everything the rest of the product may use of it. Pure functions,
 * no dependencies, fast enough for every message of the road.
 */
export { choiceOf, trueFalse, yesNo } from './answers.ts'
export { type CaseCode, CODE_ALPHABET, caseCode, codeLetters } from './case-code.ts'
export { isDanger } from './danger.ts'
export { isDenunciation } from './denunciation.ts'
export { type DocumentNumber, documentNumber, sameDocument } from './document-number.ts'
export { fold, foldTokens } from './fold.ts'
export { createLexicon, type Lexicon } from './lexicon.ts'
export { type Heard, listen, type Reading } from './listen.ts'
export { contains, hears, type Phrase, phrase } from './phrase.ts'
export { isPolitical } from './politics.ts'
export { isThreat, THREAT_WORDS } from './threat.ts'
export { type When, whenOf } from './when.ts'
