import { textField } from './fields.ts'
import { formatTime, parseDuration } from './go-time.ts'
import { refuse } from './refusal.ts'
import type { Answer, Call, Route } from './route.ts'
import { createToken, revokeToken, type Token } from './tokens.ts'

/** An answer kept for whoever unwraps it, once. */
export interface Wrapped {
  readonly createdAt: number
  readonly ttl: number
  readonly creationPath: string
  readonly answer: Answer
}

export const wrappingRoutes: readonly Route[] = [
  { operations: ['write'], pattern: 'wrapping/wrap', run: call => ({ data: call.body }) },
  { operations: ['read', 'write'], pattern: 'wrapping/lookup', open: true, run: lookUp },
  { operations: ['write'], pattern: 'wrapping/unwrap', open: true, run: unwrap },
]

/** Puts an answer behind a single-use token; answers that token and the `wrap_info` that goes out instead. */
export function wrap(call: Call, answer: Answer, wrapTtl: string): ReadonlyMap<string, unknown> {
  const ttl =
    parseDuration(wrapTtl) ??
    refuse(400, `error parsing X-Vault-Wrap-TTL header: time: invalid duration "${wrapTtl}"`)
  const now = call.store.now()
  const { token } = createToken(call.store, {
    namespace: call.namespace,
    policies: ['response-wrapping'],
    path: call.path,
    displayName: '',
    meta: null,
    limits: { ttl, maxTtl: ttl, explicitMaxTtl: ttl, period: 0 },
    renewable: false,
    numUses: 1,
  })
  const creationPath = call.path
  call.store.state.wrapped[token.id] = { createdAt: now, ttl, creationPath, answer }
  return new Map<string, unknown>([
    ['token', token.id],
    ['accessor', token.accessor],
    ['ttl', ttl],
    ['creation_time', formatTime(now)],
    ['creation_path', creationPath],
    ['wrapped_accessor', wrappedAccessor(answer)],
  ])
}

function lookUp(call: Call): Answer {
  const { wrapped } = find(call)
  return {
    data: {
      creation_path: wrapped.creationPath,
      creation_time: formatTime(wrapped.createdAt),
      creation_ttl: wrapped.ttl,
    },
  }
}

/** The wrapping token authenticates itself; in the body it needs another, live token beside it. */
function unwrap(call: Call): Answer {
  const { token, wrapped } = find(call)
  if (token.id !== call.presented && call.token === undefined) refuse(403, 'permission denied')
  revokeToken(call.store, token)
  return wrapped.answer
}

function find(call: Call): { token: Token; wrapped: Wrapped } {
  const id = textField(call.body, 'token') || call.presented
  if (id === '') return refuse(403, 'error validating wrapping token: token is empty')
  const token = call.store.state.tokens[id]
  const wrapped = call.store.state.wrapped[id]
  if (token === undefined || wrapped === undefined) {
    return refuse(400, 'wrapping token is not valid or does not exist')
  }
  return { token, wrapped }
}

/** The accessor of what is inside, so that it can be revoked unseen. */
function wrappedAccessor(answer: Answer): unknown {
  if (answer.auth !== undefined) return answer.auth.accessor
  const { data } = answer
  return typeof data === 'object' && data !== null && 'secret_id_accessor' in data
    ? data.secret_id_accessor
    : undefined
}
