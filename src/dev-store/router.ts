import { randomUUID, type X509Certificate } from 'node:crypto'
import { routesOf } from './engines.ts'
import type { JsonObject, Struct } from './go-json.ts'
import { endExpiredLeases } from './leases.ts'
import { findMount } from './mounts.ts'
import { capabilitiesAt } from './policies.ts'
import { multiError, refuse } from './refusal.ts'
import { type Answer, type Call, matchPattern, type Operation, type Route } from './route.ts'
import type { Namespace, Store } from './state.ts'
import { splitNamespace } from './sys-namespaces.ts'
import { authOf, revokeExpiredTokens, revokeToken, type Token } from './tokens.ts'
import { wrap } from './wrapping.ts'

/** A request as it came over the wire. */
export interface WireRequest {
  readonly operation: Operation
  /** Below `/v1/`, decoded. */
  readonly path: string
  /** From X-Vault-Namespace; '' for none. */
  readonly namespace: string
  readonly token: string
  /** From X-Vault-Wrap-TTL. */
  readonly wrapTtl: string
  readonly query: URLSearchParams
  readonly body: JsonObject
  readonly peerCertificate: X509Certificate | undefined
}

export interface WireAnswer {
  readonly status: number
  /** Undefined for an empty body. */
  readonly body: Struct | undefined
}

/**
 * Answers one request: namespace, seal, mount, token, policy, route, wrapping, in Vault's order.
 * @throws Refusal
 */
export function answerRequest(store: Store, request: WireRequest): WireAnswer {
  revokeExpiredTokens(store)
  endExpiredLeases(store)
  try {
    return dispatch(store, request)
  } finally {
    const token = store.state.tokens[request.token]
    if (token?.usesLeft === -1) revokeToken(store, token)
  }
}

function dispatch(store: Store, request: WireRequest): WireAnswer {
  const { namespace, path } = locate(store, request)
  const found = findMount(namespace, path)
  const below = found === undefined ? '' : path.slice(found.path.length)
  const routes = found === undefined ? [] : routesOf(found.mount)
  const fitting = routes.flatMap(route => {
    const params = matchPattern(route.pattern, below)
    return params === undefined ? [] : [{ route, params }]
  })
  const chosen = fitting.find(({ route }) => route.operations.includes(request.operation))
  if (store.sealed && chosen?.route.whileSealed !== true) refuse(503, 'Vault is sealed')

  const token = store.state.tokens[request.token]
  const part = { store, namespace, path, token, presented: request.token }
  if (found === undefined || chosen === undefined) {
    authorize(part, request.operation, undefined)
    if (found === undefined) return refuse(404, `no handler for route "${path}". route entry not found.`)
    if (fitting.length === 0) return refuse(404, multiError('unsupported path'))
    return refuse(405, multiError('unsupported operation'))
  }

  const call: Call = {
    ...part,
    mount: found.mount,
    operation: request.operation,
    params: chosen.params,
    query: request.query,
    body: request.body,
    peerCertificate: request.peerCertificate,
  }
  if (!chosen.route.open) authorize(call, call.operation, () => chosen.route.replaces?.(call) ?? true)
  if (call.operation === 'write' || call.operation === 'delete') store.changed = true
  return finish(call, chosen.route, request.wrapTtl)
}

function locate(store: Store, request: WireRequest): { namespace: Namespace; path: string } {
  const prefix = request.namespace.replace(/^\/+|\/+$/g, '')
  const named = prefix === '' ? '' : `${prefix}/`
  if (store.state.namespaces[named] === undefined && !store.sealed) refuse(404, 'namespace not found')
  return splitNamespace(store.state, named + request.path)
}

type Authorization = Pick<Call, 'store' | 'namespace' | 'path' | 'token'>

/** Counts a use of the token, and refuses what its policies do not allow. */
function authorize(
  { store, namespace, path, token }: Authorization,
  operation: Operation,
  replaces?: () => boolean,
): void {
  const live = token ?? refuse(403, 'permission denied')
  if (live.usesLeft > 0) {
    store.changed = true
    live.usesLeft = live.usesLeft === 1 ? -1 : live.usesLeft - 1
  }
  if (!isAllowed(store, live, namespace.path + path, operation, replaces))
    refuse(403, multiError('permission denied'))
}

function isAllowed(
  store: Store,
  token: Token,
  path: string,
  operation: Operation,
  replaces?: () => boolean,
): boolean {
  const may = (at: string, capability: string) => {
    const capabilities = capabilitiesAt(store.state, token, at)
    return capabilities.includes('root') || capabilities.includes(capability)
  }
  if (operation === 'list') {
    const bare = path.replace(/\/$/, '')
    return may(`${bare}/`, 'list') || may(bare, 'list')
  }
  if (operation !== 'write') return may(path, operation)
  return may(path, replaces === undefined || replaces() ? 'update' : 'create')
}

function finish(call: Call, route: Route, wrapTtl: string): WireAnswer {
  const answer = route.run(call)
  if (answer === undefined) return { status: 204, body: undefined }
  const status = answer.status ?? 200
  if (answer.bare !== undefined) return { status, body: answer.bare }
  const wrapping = wrapTtl !== '' && status === 200
  return { status, body: wrapping ? envelope({}, wrap(call, answer, wrapTtl)) : envelope(answer, null) }
}

function envelope(
  { data, auth, lease, leaseDuration, warnings, spread }: Answer,
  wrapInfo: Struct | null,
): Struct {
  return new Map<string, unknown>([
    ...(spread && typeof data === 'object' && data !== null ? Object.entries(data) : []),
    ['request_id', wrapInfo === null ? randomUUID() : ''],
    ['lease_id', lease?.id ?? ''],
    ['renewable', lease?.renewable ?? false],
    ['lease_duration', lease?.granted ?? leaseDuration ?? 0],
    ['data', data ?? null],
    ['wrap_info', wrapInfo],
    ['warnings', warnings !== undefined && warnings.length > 0 ? warnings : null],
    ['auth', auth === undefined ? null : authOf(auth)],
  ])
}
