import { RenderError } from '../core/errors.ts'
import type { Reference } from '../core/reference.ts'
import { stringFromBytes } from './text/go-string.ts'

/**
 * What `secret "path"` asks for. As in consul-template the path is a URL's: `%20` is a space, and of a query only
 * `version` counts.
 * @throws RenderError
 */
export function secretReference(text: string, provider: string): Reference {
  const [, escaped = '', query] = /^([^?#]*)(?:\?([^#]*))?/.exec(trimmed(text)) ?? []
  const version = new URLSearchParams(query).get('version')
  return { provider, path: unescapePath(escaped), ...(version === null ? {} : { version }) }
}

/**
 * What `secrets "path"` asks for.
 * @throws RenderError
 */
export function listReference(text: string, provider: string): Reference {
  return { provider, path: trimmed(text), list: true }
}

function trimmed(text: string): string {
  const path = text.trim()
  let [start, end] = [0, path.length]
  while (start < end && path.charAt(start) === '/') start += 1
  while (end > start && path.charAt(end - 1) === '/') end -= 1
  if (start === end) throw new RenderError('the path is empty')
  return path.slice(start, end)
}

function unescapePath(escaped: string): string {
  if (!escaped.includes('%')) return escaped
  if (/%(?![\da-fA-F]{2})/.test(escaped))
    throw new RenderError('the path has a "%" that begins no escape', { hint: 'write %25' })
  const bytes = Buffer.from(escaped).toString('latin1')
  const plain = bytes.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return stringFromBytes(Buffer.from(plain, 'latin1'))
}
