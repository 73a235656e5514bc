import { type Cursor, isBlank, isBlankOrEnd } from './cursor.ts'

const wordPattern = /[\w-]/
const uriPattern = /[\w;/?:@&=+$,.!~*'()[\]%-]/

/** The name after `&` or `*`. */
export function scanAnchor(cursor: Cursor): string {
  cursor.skip()
  const name = cursor.takeWhile(next => wordPattern.test(next))
  if (name === '' || !(isBlankOrEnd(cursor.peek()) || '?:,]}%@`'.includes(cursor.peek()))) {
    cursor.fail('did not find expected alphabetic or numeric character')
  }
  return name
}

/** A tag's handle, empty where it is given in full, and what follows it. */
export interface Tag {
  readonly handle: string
  readonly suffix: string
}

export function scanTag(cursor: Cursor): Tag {
  const tag = cursor.peek(1) === '<' ? scanVerbatimTag(cursor) : scanShortTag(cursor)
  if (!isBlankOrEnd(cursor.peek())) cursor.fail('did not find expected whitespace or line break')
  return tag
}

function scanVerbatimTag(cursor: Cursor): Tag {
  cursor.skip(2)
  const suffix = scanUri(cursor)
  if (suffix === '') cursor.fail('did not find expected tag URI')
  if (cursor.peek() !== '>') cursor.fail("did not find the expected '>'")
  cursor.skip()
  return { handle: '', suffix }
}

function scanShortTag(cursor: Cursor): Tag {
  const handle = scanHandle(cursor)
  const suffix = scanUri(cursor)
  if (handle.length > 1 && handle.endsWith('!')) {
    if (suffix === '') cursor.fail('did not find expected tag URI')
    return { handle, suffix }
  }
  const name = handle.slice(1) + suffix
  return name === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix: name }
}

function scanHandle(cursor: Cursor): string {
  if (cursor.peek() !== '!') cursor.fail("did not find expected '!'")
  cursor.skip()
  const name = cursor.takeWhile(next => wordPattern.test(next))
  if (cursor.peek() !== '!') return `!${name}`
  cursor.skip()
  return `!${name}!`
}

function scanUri(cursor: Cursor): string {
  let uri = ''
  for (;;) {
    uri += cursor.takeWhile(next => next !== '%' && uriPattern.test(next))
    if (cursor.peek() !== '%') return uri
    const digits = cursor.peek(1) + cursor.peek(2)
    if (!/^[\da-fA-F]{2}$/.test(digits)) cursor.fail('did not find URI escaped octet')
    // Beyond ASCII it makes no tag that means something.
    uri += String.fromCharCode(Number.parseInt(digits, 16))
    cursor.skip(3)
  }
}

export type Directive =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'tag'; readonly handle: string; readonly prefix: string }

/** `%YAML 1.1` or `%TAG ! prefix`, with the rest of its line. */
export function scanDirective(cursor: Cursor): Directive {
  cursor.skip()
  const name = cursor.takeWhile(next => wordPattern.test(next))
  if (name === '') cursor.fail('could not find expected directive name')
  if (!isBlankOrEnd(cursor.peek())) cursor.fail('found unexpected non-alphabetical character')
  if (name !== 'YAML' && name !== 'TAG') cursor.fail('found unknown directive name')
  cursor.skipWhile(isBlank)
  const directive = name === 'YAML' ? scanVersion(cursor) : scanTagDirective(cursor)
  cursor.skipRestOfLine()
  return directive
}

function scanVersion(cursor: Cursor): Directive {
  const version = cursor.takeWhile(next => /[\d.]/.test(next))
  if (!/^\d{1,2}\.\d{1,2}$/.test(version)) cursor.fail('did not find expected version number')
  return { kind: 'version', version: version.split('.').map(Number).join('.') }
}

function scanTagDirective(cursor: Cursor): Directive {
  const handle = scanHandle(cursor)
  if (handle !== '!' && !handle.endsWith('!')) cursor.fail("did not find expected '!'")
  if (!isBlank(cursor.peek())) cursor.fail('did not find expected whitespace')
  cursor.skipWhile(isBlank)
  const prefix = scanUri(cursor)
  if (prefix === '') cursor.fail('did not find expected tag URI')
  if (!isBlankOrEnd(cursor.peek())) cursor.fail('did not find expected whitespace or line break')
  return { kind: 'tag', handle, prefix }
}
