/** Letters that came after Unicode 15: JS knows their other case, Go 1.26 does not. */
const newerLetter =
  /[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2-\ua7d5\ua7da-\ua7dc\u{10d50}-\u{10d65}\u{10d70}-\u{10d85}\u{16ea0}-\u{16ed3}]/u

/** Go's strings.ToUpper: one character for one; a byte that is not UTF-8 becomes U+FFFD. */
export function toUpper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.toWellFormed().replace(/./gsu, upperOf)
}

/** Go's strings.ToLower: one character for one, also at the end of a word; a byte that is not UTF-8 becomes U+FFFD. */
export function toLower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.toWellFormed().replace(/./gsu, lowerOf)
}

/** The upper case of one character, or itself where that would be several. */
export function upperOf(character: string): string {
  if (newerLetter.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  // Letters with iota subscript: to JS their upper case is two letters, but there is one for both.
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8)
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9)
  const upper = character.toUpperCase()
  return isSingle(upper) ? upper : character
}

/** The lower case of one character, always one. */
export function lowerOf(character: string): string {
  if (newerLetter.test(character)) return character
  // JS adds a combining dot to the lower case of İ.
  return character === '\u0130' ? 'i' : character.toLowerCase()
}

function isSingle(text: string): boolean {
  return String.fromCodePoint(text.codePointAt(0) ?? 0) === text
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}
