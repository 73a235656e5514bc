import { flagField, listField, numberField } from './fields.ts'
import type { JsonObject } from './go-json.ts'
import { parseSeconds } from './go-time.ts'
import { sanitizePolicies } from './policies.ts'
import type { Answer, Call } from './route.ts'
import { createToken } from './tokens.ts'

/** The `token_*` fields that every role of every auth method has. Durations are seconds. */
export interface TokenParameters {
  token_explicit_max_ttl: number
  token_max_ttl: number
  token_no_default_policy: boolean
  token_num_uses: number
  token_period: number
  token_policies: string[]
  token_ttl: number
}

/** What a role's write gives, over what the role had before. */
export function tokenParameters(body: JsonObject, before: TokenParameters | undefined): TokenParameters {
  const seconds = (name: keyof TokenParameters) =>
    body[name] === undefined ? Number(before?.[name] ?? 0) : parseSeconds(body[name], name)
  const policiesField = body['token_policies'] === undefined ? 'policies' : 'token_policies'
  const numUses = body['token_num_uses'] === undefined ? before?.token_num_uses : undefined
  return {
    token_explicit_max_ttl: seconds('token_explicit_max_ttl'),
    token_max_ttl: seconds('token_max_ttl'),
    token_no_default_policy: flagField(
      body,
      'token_no_default_policy',
      before?.token_no_default_policy ?? false,
    ),
    token_num_uses: numUses ?? numberField(body, 'token_num_uses'),
    token_period: seconds('token_period'),
    token_policies:
      body[policiesField] === undefined
        ? (before?.token_policies ?? [])
        : listField(body, policiesField).sort(),
    token_ttl: seconds('token_ttl'),
  }
}

/** The token of a successful login. */
export function logIn(
  call: Call,
  role: TokenParameters,
  identity: { displayName: string; meta: Record<string, string> },
): Answer {
  const { token, warnings } = createToken(call.store, {
    namespace: call.namespace,
    policies: sanitizePolicies(role.token_policies, !role.token_no_default_policy),
    path: call.path,
    displayName: identity.displayName,
    meta: identity.meta,
    limits: {
      ttl: role.token_ttl || call.mount.config.default_lease_ttl,
      maxTtl: role.token_max_ttl || call.mount.config.max_lease_ttl,
      explicitMaxTtl: role.token_explicit_max_ttl,
      period: role.token_period,
    },
    numUses: role.token_num_uses,
  })
  return { auth: token, warnings }
}
