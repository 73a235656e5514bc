import { RenderError } from '../../../core/errors.ts'

/** The parts of a URL, each with the characters that may stand in it as they are, besides letters, digits and `-._~`. */
const plainCharacters = {
  path: '$&+,/:;=@',
  fragment: '!$&()*+,/:;=?@',
  userinfo: '$&+,;=',
  host: '!"$&\'()*+,:;<=>[]',
  zone: '!"$&\'()*+,:;<=>[]',
} as const

export type UrlPart = keyof typeof plainCharacters

/** Go's url.PathEscape and its kin, of byte strings. */
export function escapeUrl(bytes: string, part: UrlPart): string {
  let escaped = ''
  for (const byte of bytes) {
    escaped += isPlain(byte, part) ? byte : `%${hex(byte).toUpperCase()}`
  }
  return escaped
}

/** @throws RenderError for what the part cannot hold */
export function unescapeUrl(bytes: string, part: UrlPart): string {
  let plain = ''
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes.charAt(at)
    if (byte !== '%') {
      const isHostPart = part === 'host' || part === 'zone'
      if (isHostPart && byte < '\x80' && !isPlain(byte, part)) throw invalidUrl()
      plain += byte
      continue
    }
    const digits = bytes.slice(at + 1, at + 3)
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw invalidUrl()
    const code = Number.parseInt(digits, 16)
    const character = String.fromCharCode(code)
    if (digits !== '25') {
      if (part === 'host' && code < 0x80) throw invalidUrl()
      if (part === 'zone' && character !== ' ' && !isPlain(character, 'host')) throw invalidUrl()
    }
    plain += character
    at += 2
  }
  return plain
}

export function invalidUrl(): RenderError {
  return new RenderError('the text is no URL')
}

function isPlain(byte: string, part: UrlPart): boolean {
  return /[\w.~-]/.test(byte) || plainCharacters[part].includes(byte)
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0')
}
