import { RenderError } from '../../../core/errors.ts'

/** What must be escaped in each part of a URL. */
const special = {
  path: /[^\w.~$&+,/:;=@-]/g,
  fragment: /[^\w.~!$&()*+,/:;=?@-]/g,
  userinfo: /[^\w.~$&+,;=-]/g,
  host: /[^\w.~!"$&'()*+,:;<=>[\]-]/g,
} as const

export type UrlPart = keyof typeof special

/** Go's url.PathEscape and its kin, of byte strings. */
export function escapeUrl(bytes: string, part: UrlPart): string {
  return bytes.replace(special[part], byte => {
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** @throws RenderError where a `%` is not followed by two hexadecimal digits */
export function unescapeUrl(bytes: string): string {
  return unescaped(bytes, () => true)
}

/**
 * A host, in which only bytes that are not ASCII may be escaped.
 * @throws RenderError
 */
export function unescapeHost(bytes: string): string {
  return unescaped(checkedHost(bytes), byte => byte >= '\x80' || byte === '%')
}

/**
 * The zone of an IPv6 address, in which only what a host may hold is escaped, and spaces.
 * @throws RenderError
 */
export function unescapeZone(bytes: string): string {
  return unescaped(
    checkedHost(bytes),
    byte => byte === '%' || byte === ' ' || escapeUrl(byte, 'host') === byte,
  )
}

export function invalidUrl(): RenderError {
  return new RenderError('the text is no URL')
}

function unescaped(bytes: string, mayBe: (byte: string) => boolean): string {
  return bytes.replace(/%(.{0,2})/gs, (_, digits: string) => {
    const byte = /^[0-9a-fA-F]{2}$/.test(digits)
      ? String.fromCharCode(Number.parseInt(digits, 16))
      : undefined
    if (byte === undefined || !mayBe(byte)) throw invalidUrl()
    return byte
  })
}

function checkedHost(bytes: string): string {
  if (/[\0-\x20#/?@\\^`{|}\x7f]/.test(bytes)) throw invalidUrl()
  return bytes
}
