import { isIPv6 } from 'node:net'
import { escapeUrl, invalidUrl, unescapeHost, unescapeUrl, unescapeZone } from './url-escape.ts'

/** As sprig names them; what is not there is empty. */
export interface UrlParts {
  scheme: string
  host: string
  hostname: string
  path: string
  query: string
  opaque: string
  fragment: string
  userinfo: string
}

/**
 * Go's url.Parse, of byte strings.
 * @throws RenderError that does not show the text
 */
export function parseUrl(text: string): UrlParts {
  const parts = {
    scheme: '',
    host: '',
    hostname: '',
    path: '',
    query: '',
    opaque: '',
    fragment: '',
    userinfo: '',
  }
  const [beforeFragment, fragment] = cut(text, '#')
  if (/[\0-\x1f\x7f]/.test(beforeFragment)) throw invalidUrl()
  readParts(beforeFragment, parts)
  parts.fragment = unescapeUrl(fragment)
  return parts
}

/** The user and the password, escaped as they must be. */
export function parseUserinfo(userinfo: string): string {
  return parseUrl(`proto://${userinfo}@host`).userinfo
}

function readParts(text: string, parts: UrlParts): void {
  if (text === '*') {
    parts.path = '*'
    return
  }
  const [scheme, afterScheme] = splitScheme(text)
  parts.scheme = scheme.toLowerCase()
  let [rest, query] = cut(afterScheme, '?')
  parts.query = query
  if (!rest.startsWith('/')) {
    if (scheme !== '') {
      parts.opaque = rest
      return
    }
    if (cut(rest, '/')[0].includes(':')) throw invalidUrl()
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const end = rest.indexOf('/', 2)
    const authority = rest.slice(2, end < 0 ? undefined : end)
    rest = end < 0 ? '' : rest.slice(end)
    readAuthority(authority, parts)
  }
  parts.path = unescapeUrl(rest)
}

function splitScheme(text: string): [scheme: string, rest: string] {
  const length = /^[a-zA-Z][a-zA-Z0-9+.-]*/.exec(text)?.[0].length ?? 0
  if (text.startsWith(':')) throw invalidUrl()
  return length > 0 && text.charAt(length) === ':'
    ? [text.slice(0, length), text.slice(length + 1)]
    : ['', text]
}

function readAuthority(authority: string, parts: UrlParts): void {
  const at = authority.lastIndexOf('@')
  parts.host = parseHost(authority.slice(at + 1), parts.scheme)
  parts.hostname = hostnameOf(parts.host)
  if (at >= 0) parts.userinfo = normalUserinfo(authority.slice(0, at))
}

function normalUserinfo(userinfo: string): string {
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(userinfo)) throw invalidUrl()
  const [user, password] = cut(userinfo, ':')
  const escaped = [user, password].map(part => escapeUrl(unescapeUrl(part), 'userinfo'))
  return escaped.slice(0, userinfo.includes(':') ? 2 : 1).join(':')
}

function parseHost(host: string, scheme: string): string {
  const bracket = host.lastIndexOf('[')
  if (bracket > 0) throw invalidUrl()
  if (bracket === 0) return parseLiteral(host)
  // The strict reading is for HTTP alone: databases have lists of hosts.
  const isStrict = scheme === 'http' || scheme === 'https'
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':')
  if (colon >= 0 && !isPort(host.slice(colon))) throw invalidUrl()
  return unescapeHost(host)
}

/** An IPv6 address in brackets, perhaps with a zone. */
function parseLiteral(host: string): string {
  const end = host.lastIndexOf(']')
  if (end < 0 || !isPort(host.slice(end + 1))) throw invalidUrl()
  const literal = host.slice(1, end)
  const zoneAt = literal.indexOf('%25')
  const address = unescapeHost(zoneAt < 0 ? literal : literal.slice(0, zoneAt))
  const zone = zoneAt < 0 ? '' : unescapeZone(literal.slice(zoneAt))
  if (!isIPv6(address) || address.includes('%') || zone === '%') throw invalidUrl()
  return `[${address}${zone}]${host.slice(end + 1)}`
}

function hostnameOf(host: string): string {
  const colon = host.lastIndexOf(':')
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

function isPort(text: string): boolean {
  return text === '' || /^:[0-9]*$/.test(text)
}

function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
