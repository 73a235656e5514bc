import { refuse } from './refusal.ts'
import type { Namespace, State } from './state.ts'
import type { Token } from './tokens.ts'

interface Rule {
  /** As written: exact, with `*` at the end for a prefix, `+` for any one segment. */
  readonly path: string
  readonly capabilities: readonly string[]
}

const known = ['create', 'read', 'update', 'delete', 'list', 'patch', 'sudo', 'deny']

/** What every token may do unless made without it. */
const defaultPolicy = `
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
path "sys/renew" { capabilities = ["update"] }
path "sys/leases/renew" { capabilities = ["update"] }
path "sys/leases/lookup" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
path "sys/wrapping/lookup" { capabilities = ["update"] }
path "sys/wrapping/unwrap" { capabilities = ["update"] }
`

export function sanitizePolicies(names: readonly string[], withDefault: boolean): string[] {
  const lower = new Set(names.map(name => name.trim().toLowerCase()))
  if (lower.has('root')) return ['root']
  if (withDefault) lower.add('default')
  return [...lower].sort()
}

/** A policy's text in a namespace; undefined where there is none of that name. */
export function policyText(namespace: Namespace, name: string): string | undefined {
  return namespace.policies[name] ?? (name === 'default' ? defaultPolicy : name === 'root' ? '' : undefined)
}

/**
 * Parses a policy: `path "..." { capabilities = [...] }` blocks of HCL, or the same as JSON.
 * @throws Refusal for anything else, so that a policy never grants less or more than it seems to
 */
export function parsePolicy(text: string): Rule[] {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|#.*|\/\/.*|\/\*[\s\S]*?\*\//g, match =>
    match.startsWith('"') ? match : '',
  )
  const block =
    /\s*(?:path\s+)?"([^"]+)"\s*[:=]?\s*\{\s*"?capabilities"?\s*[:=]\s*\[([^\]]*)\]\s*,?\s*\}\s*,?/y
  const json = /^\s*\{\s*"path"\s*:\s*\{([\s\S]*)\}\s*\}\s*$/.exec(bare)
  const source = json?.[1] ?? bare
  const rules: Rule[] = []
  while (source.slice(block.lastIndex).trim() !== '') {
    const [, path, list] =
      block.exec(source) ?? refuse(400, 'failed to parse policy: only paths with capabilities')
    const capabilities = [...(list ?? '').matchAll(/"([^"]*)"/g)].map(([, name]) => name ?? '')
    const stranger = capabilities.find(name => !known.includes(name))
    if (stranger !== undefined) {
      refuse(400, `failed to parse policy: path "${path}": invalid capability "${stranger}"`)
    }
    rules.push({ path: (path ?? '').replace(/^\//, ''), capabilities })
  }
  return rules
}

/** What a token may do at a path, which is given with its namespace. */
export function capabilitiesAt(state: State, token: Token, path: string): readonly string[] {
  if (token.policies.includes('root')) return ['root']
  const matching = rulesOf(state, token).filter(rule => matches(rule.path, path))
  const best = matching
    .map(rule => rule.path)
    .sort(bySpecificity)
    .at(-1)
  const granted = new Set(matching.filter(rule => rule.path === best).flatMap(rule => rule.capabilities))
  return granted.has('deny') ? [] : [...granted].sort()
}

/** Whether a token may do anything at all at or below a mount, which is what sys/internal/ui/mounts asks. */
export function reachesMount(state: State, token: Token, mountPath: string): boolean {
  if (capabilitiesAt(state, token, mountPath).length > 0) return true
  const segments = mountPath.split('/').slice(0, -1)
  return rulesOf(state, token).some(rule => {
    const parts = rule.path.split('/')
    const below =
      parts.length > segments.length && segments.every((name, at) => parts[at] === '+' || parts[at] === name)
    return below && rule.capabilities.length > 0 && !rule.capabilities.includes('deny')
  })
}

function rulesOf(state: State, token: Token): Rule[] {
  const namespace = state.namespaces[token.namespace]
  if (namespace === undefined) return []
  return token.policies.flatMap(name =>
    parsePolicy(policyText(namespace, name) ?? '').map(rule => ({
      ...rule,
      path: namespace.path + rule.path,
    })),
  )
}

function matches(rule: string, path: string): boolean {
  const isPrefix = rule.endsWith('*')
  const parts = (isPrefix ? rule.slice(0, -1) : rule).split('/')
  const segments = path.split('/')
  if (isPrefix ? segments.length < parts.length : segments.length !== parts.length) return false
  return parts.every((part, at) => {
    const segment = segments[at] ?? ''
    return (
      part === '+' || part === segment || (isPrefix && at === parts.length - 1 && segment.startsWith(part))
    )
  })
}

/** Vault's priority: exact paths last, then by first wildcard, prefix or not, fewer `+`, longer, greater. */
function bySpecificity(a: string, b: string): number {
  const rank = (rule: string) => {
    const wildcards = rule.split('/').filter(part => part === '+').length
    const isPrefix = rule.endsWith('*')
    const first = rule.search(/(?<=^|\/)\+(?=\/|$)|\*$/)
    return [first < 0 ? Number.POSITIVE_INFINITY : first, isPrefix ? 0 : 1, -wildcards, rule.length]
  }
  const [left, right] = [rank(a), rank(b)]
  const at = left.findIndex((value, index) => value !== right[index])
  return at < 0 ? (a < b ? -1 : 1) : (left[at] ?? 0) - (right[at] ?? 0)
}
