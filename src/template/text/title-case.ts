import { upperOf } from './letter-case.ts'

/** Letters that have a third case, and one whose first letter is not the one that changes. */
const titles: ReadonlyMap<string, string> = new Map([
  ...['\u01c4', '\u01c6'].map(letter => [letter, '\u01c5'] as const),
  ...['\u01c7', '\u01c9'].map(letter => [letter, '\u01c8'] as const),
  ...['\u01ca', '\u01cc'].map(letter => [letter, '\u01cb'] as const),
  ...['\u01f1', '\u01f3'].map(letter => [letter, '\u01f2'] as const),
  ['\u0149', '\u02bcN'],
])
/** Between letters they do not end a word, but two of them do. */
const midWord = /['.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]/
const inWord =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Cf}\u02c2-\u02c5\u02d2-\u02d7\u02de\u02df\u02e5-\u02eb\u02ed\u02ef-\u02ff\u055a-\u055c\u055e\u058a\u05f3\u066b\u202f\ua708-\ua716\ua720\ua721\ua789\ua78a\uab5b\u{16fe4}\p{Emoji_Modifier}]/u
/** Of scripts that put no space between words, for which there is no rule. */
const withoutWords =
  /[\p{Ideographic}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Myanmar}\p{sc=Khmer}\p{sc=Tai_Le}\p{sc=New_Tai_Lue}\p{sc=Tai_Tham}\p{sc=Tai_Viet}\p{sc=Ahom}\u200b\u3031-\u3035\u30fc\uff70]/u

/**
 * Each word's first letter in title case, the others as they are: Go's cases.Title(language.Und, cases.NoLower), whose words
 * are those of Unicode's annex 29, simplified.
 */
export function toTitle(text: string): string {
  let title = ''
  let isInside = false
  let wasMid = false
  for (const character of text) {
    const isMid = midWord.test(character)
    if (wasMid && isMid) isInside = false
    const isCased = /\p{Cased}/u.test(character)
    title += isCased && !isInside ? titleOf(character) : character
    if (isCased) isInside = true
    else if (!isMid && !staysInside(character)) isInside = false
    wasMid = isMid
  }
  return title
}

function staysInside(character: string): boolean {
  if (!inWord.test(character)) return false
  return /[\p{M}\p{Nd}]/u.test(character) || !withoutWords.test(character)
}

function titleOf(letter: string): string {
  const title = titles.get(letter)
  if (title !== undefined) return title
  // Georgian has an upper case for whole words alone.
  if (/\p{Lt}|[\u10d0-\u10ff]/u.test(letter)) return letter
  const single = upperOf(letter)
  if (single !== letter) return single
  const [first = '', ...rest] = letter.toUpperCase()
  return rest.length === 0 ? letter : first + rest.map(lowerIota).join('')
}

/** What was an iota subscript stays one. */
function lowerIota(letter: string): string {
  return letter === '\u0399' ? '\u0345' : letter.toLowerCase()
}
