/** A piece of a replacement: text, or the number or name of a group whose match stands in its place. */
type Piece = { readonly text: string } | { readonly group: number } | { readonly name: string }

/** What a group has matched; undefined where it took no part or does not exist. */
export type GroupText = (group: number) => string | undefined

/**
 * Reads a replacement as Go's Regexp.Expand does: `$1`, `${1}` and `${name}` stand for groups, the longest possible name
 * counts, `$$` is a dollar sign, and so is a `$` that no name follows. Answers what writes it for a match.
 */
export function parseReplacement(
  replacement: string,
  groupNames: readonly (string | undefined)[],
): (groupText: GroupText) => string {
  const pieces = piecesOf(replacement)
  return groupText => pieces.map(piece => writePiece(piece, groupNames, groupText)).join('')
}

function writePiece(piece: Piece, groupNames: readonly (string | undefined)[], groupText: GroupText): string {
  if ('text' in piece) return piece.text
  if ('group' in piece) return groupText(piece.group) ?? ''
  // Of groups with the same name, the first that took part.
  for (const [index, name] of groupNames.entries()) {
    const text = name === piece.name ? groupText(index + 1) : undefined
    if (text !== undefined) return text
  }
  return ''
}

function piecesOf(replacement: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < replacement.length) {
    const dollar = replacement.indexOf('$', at)
    if (dollar < 0) break
    pieces.push({ text: replacement.slice(at, dollar) })
    const found = nameAt(replacement, dollar + 1)
    pieces.push(found?.piece ?? { text: '$' })
    at = found?.end ?? dollar + (replacement.charAt(dollar + 1) === '$' ? 2 : 1)
  }
  pieces.push({ text: replacement.slice(at) })
  return pieces
}

function nameAt(
  replacement: string,
  start: number,
): { readonly piece: Piece; readonly end: number } | undefined {
  const isBraced = replacement.charAt(start) === '{'
  const from = isBraced ? start + 1 : start
  let to = from
  for (const character of replacement.slice(from)) {
    if (!isNameCharacter(character)) break
    to += character.length
  }
  const name = replacement.slice(from, to)
  if (name === '' || (isBraced && replacement.charAt(to) !== '}')) return undefined
  const isNumber = name === '0' || (name.length <= 9 && isDigits(name) && !name.startsWith('0'))
  return { piece: isNumber ? { group: Number(name) } : { name }, end: isBraced ? to + 1 : to }
}

function isNameCharacter(character: string): boolean {
  return /[\p{L}\p{Nd}_]/u.test(character)
}

function isDigits(text: string): boolean {
  return [...text].every(character => character >= '0' && character <= '9')
}
