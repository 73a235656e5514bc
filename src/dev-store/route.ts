import type { X509Certificate } from 'node:crypto'
import type { JsonObject, Struct } from './go-json.ts'
import type { Lease } from './leases.ts'
import type { Mount } from './mounts.ts'
import type { Namespace, Store } from './state.ts'
import type { Token } from './tokens.ts'

export type Operation = 'read' | 'write' | 'list' | 'delete'

/** One request on its way to a route, with what it concerns. */
export interface Call {
  readonly store: Store
  readonly namespace: Namespace
  readonly mount: Mount
  readonly operation: Operation
  /** Below the namespace, mount included. */
  readonly path: string
  /** From the route's pattern. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: JsonObject
  /** The live token of the request; on routes that need none, undefined where there is none. */
  readonly token: Token | undefined
  /** The token as presented, live or not. */
  readonly presented: string
  readonly peerCertificate: X509Certificate | undefined
}

/** What a route answers; nothing at all is 204. */
export interface Answer {
  readonly status?: number
  readonly data?: unknown
  readonly auth?: Token
  readonly lease?: Lease
  /** Seconds, for answers without a lease. */
  readonly leaseDuration?: number
  readonly warnings?: readonly string[]
  /** The data stands in the envelope a second time at top level, as old parts of sys/ have it. */
  readonly spread?: true
  /** A body without the usual envelope (sys/health and its kin). */
  readonly bare?: Struct
}

export interface Route {
  readonly operations: readonly Operation[]
  /** Below the mount: literal segments, `:name` for one segment, `*name` at the end for the rest, which may be empty. */
  readonly pattern: string
  /** Needs no token. */
  readonly open?: true
  /** Answers while the store is sealed. */
  readonly whileSealed?: true
  /** Whether a write would replace something: it then needs `update`, else `create`. Without it, always `update`. */
  readonly replaces?: (call: Call) => boolean
  readonly run: (call: Call) => Answer | undefined
}

/** The parameters of a path below the mount, or undefined where the pattern is of another. */
export function matchPattern(pattern: string, path: string): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  const segments = path.split('/')
  for (const part of pattern.split('/')) {
    if (part.startsWith('*')) {
      params[part.slice(1)] = segments.join('/')
      return params
    }
    const segment = segments.shift()
    if (part.startsWith(':') ? !segment : segment !== part) return undefined
    if (part.startsWith(':') && segment !== undefined) params[part.slice(1)] = segment
  }
  return segments.length === 0 || (segments.length === 1 && segments[0] === '') ? params : undefined
}

/** A parameter of the route's pattern. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? ''
}
