import { RenderError } from '../../../core/errors.ts'
import type { FunctionGroup } from '../../template-function.ts'
import { type PlainMap, textOf, typeName, type Value } from '../../values/values.ts'
import { byteString, fromByteString } from './bytes.ts'
import { parseUrl, parseUserinfo } from './parse-url.ts'
import { escapeUrl } from './url-escape.ts'

/** sprig's url.go. */
export const sprigUrlFunctions: FunctionGroup = {
  sprig_urlJoin: {
    parameters: ['map[string]interface {}'],
    call: ([parts]: readonly [PlainMap | null]) => join(parts ?? new Map()),
  },
  sprig_urlParse: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => {
      const parts: [string, string][] = Object.entries(parseUrl(byteString(text)))
      return new Map<string, Value>(parts.map(([name, part]) => [name, fromByteString(part)]))
    },
  },
}

function join(parts: PlainMap): string {
  const [scheme, host, path, query] = ['scheme', 'host', 'path', 'query'].map(name => partOf(parts, name))
  const [opaque, fragment, userinfo] = ['opaque', 'fragment', 'userinfo'].map(name => partOf(parts, name))
  const parsed = parseUserinfo(userinfo ?? '')
  const user = parsed === '' ? '' : `${parsed}@`
  const hierarchy = opaque || hierarchyOf({ scheme, host, path, user })
  return fromByteString(
    (scheme === '' ? '' : `${scheme}:`) +
      hierarchy +
      (query === '' ? '' : `?${query}`) +
      (fragment === '' ? '' : `#${escapeUrl(fragment ?? '', 'fragment')}`),
  )
}

function hierarchyOf({
  scheme = '',
  host = '',
  path = '',
  user,
}: Readonly<Record<'scheme' | 'host' | 'path', string | undefined>> & { readonly user: string }): string {
  const hasAuthority = host !== '' || user !== '' || (scheme !== '' && path !== '')
  const authority = hasAuthority ? `//${user}${escapeUrl(host, 'host')}` : ''
  const escaped = path === '*' ? path : escapeUrl(path, 'path')
  if (escaped !== '' && !escaped.startsWith('/') && host !== '') return `${authority}/${escaped}`
  // Its first segment would be taken for a scheme.
  const isAmbiguous = scheme === '' && authority === '' && /^[^/]*:/.test(escaped)
  return authority + (isAmbiguous ? './' : '') + escaped
}

function partOf(parts: PlainMap, name: string): string {
  if (!parts.has(name)) return ''
  const value = parts.get(name)
  const text = textOf(value)
  if (text === undefined) throw new RenderError(`"${name}" is a string, not ${typeName(value)}`)
  return byteString(text)
}
