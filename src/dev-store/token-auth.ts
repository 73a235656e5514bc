import { flagField, listField, mapField, numberField, textField } from './fields.ts'
import { parseSeconds } from './go-time.ts'
import { sanitizePolicies } from './policies.ts'
import { multiError, refuse } from './refusal.ts'
import type { Answer, Call, Route } from './route.ts'
import { createToken, describeToken, findByAccessor, renewToken, revokeToken, type Token } from './tokens.ts'

/** `auth/token/`: tokens about themselves and about others. */
export const tokenRoutes: readonly Route[] = [
  { operations: ['read', 'write'], pattern: 'lookup-self', run: call => lookUp(call, own(call)) },
  { operations: ['write'], pattern: 'renew-self', run: call => renew(call, own(call)) },
  { operations: ['write'], pattern: 'revoke-self', run: revokeSelf },
  { operations: ['read', 'write'], pattern: 'lookup', run: call => lookUp(call, named(call) ?? badToken()) },
  {
    operations: ['write'],
    pattern: 'renew',
    run: call => renew(call, named(call) ?? refuse(400, 'token not found')),
  },
  { operations: ['write'], pattern: 'revoke', run: revoke },
  {
    operations: ['write'],
    pattern: 'lookup-accessor',
    run: call => ({ data: { ...describeToken(call.store, byAccessor(call)), id: '' } }),
  },
  { operations: ['write'], pattern: 'renew-accessor', run: renewAccessor },
  { operations: ['write'], pattern: 'revoke-accessor', run: revokeAccessor },
  { operations: ['list'], pattern: 'accessors', run: listAccessors },
  {
    operations: ['write'],
    pattern: 'create',
    run: call => create(call, flagField(call.body, 'no_parent', false)),
  },
  { operations: ['write'], pattern: 'create-orphan', run: call => create(call, true) },
]

function revokeSelf(call: Call): undefined {
  revokeToken(call.store, own(call))
}

function own(call: Call): Token {
  return call.token ?? refuse(403, 'permission denied')
}

function named(call: Call): Token | undefined {
  const token = textField(call.body, 'token')
  return token === '' ? call.token : call.store.state.tokens[token]
}

function badToken(): never {
  return refuse(403, 'bad token')
}

function byAccessor(call: Call): Token {
  return (
    findByAccessor(call.store, textField(call.body, 'accessor')) ??
    refuse(400, multiError('invalid accessor'))
  )
}

function lookUp(call: Call, token: Token): Answer {
  return { data: describeToken(call.store, token) }
}

function renew(call: Call, token: Token): Answer {
  const warnings = renewToken(call.store, token, parseSeconds(call.body['increment'], 'increment'))
  return { auth: token, warnings }
}

/** Whoever knows only the accessor does not learn the token. */
function renewAccessor(call: Call): Answer {
  const token = byAccessor(call)
  return { ...renew(call, token), auth: { ...token, id: '' } }
}

function revoke(call: Call): undefined {
  const token = named(call)
  if (token !== undefined) revokeToken(call.store, token)
}

function revokeAccessor(call: Call): Answer | undefined {
  const token = findByAccessor(call.store, textField(call.body, 'accessor'))
  if (token === undefined) return { warnings: ['No token found with this accessor'] }
  revokeToken(call.store, token)
  return undefined
}

function listAccessors(call: Call): Answer {
  return { data: { keys: Object.values(call.store.state.tokens).map(token => token.accessor) } }
}

function create(call: Call, orphan: boolean): Answer {
  const creator = own(call)
  const { body } = call
  const asked = body['policies'] === undefined ? creator.policies : listField(body, 'policies')
  if (!creator.policies.includes('root') && !asked.every(policy => creator.policies.includes(policy))) {
    refuse(400, 'child policies must be subset of parent')
  }
  const id = textField(body, 'id')
  if (call.store.state.tokens[id] !== undefined) refuse(400, 'cannot create a token with a duplicate ID')
  const displayName = textField(body, 'display_name')
  const { token, warnings } = createToken(call.store, {
    namespace: call.namespace,
    id: id || undefined,
    policies: sanitizePolicies(asked, !flagField(body, 'no_default_policy', false)),
    path: call.path,
    displayName: displayName === '' ? 'token' : `token-${displayName}`,
    meta: mapField(body, 'meta'),
    parent: orphan ? undefined : creator.id,
    limits: {
      ttl: parseSeconds(body['ttl'], 'ttl'),
      maxTtl: 0,
      explicitMaxTtl: parseSeconds(body['explicit_max_ttl'], 'explicit_max_ttl'),
      period: parseSeconds(body['period'], 'period'),
    },
    renewable: flagField(body, 'renewable', true),
    numUses: numberField(body, 'num_uses'),
  })
  return { auth: token, warnings }
}
