import { listField, textField } from './fields.ts'
import { isJsonObject, type JsonObject } from './go-json.ts'
import { configOf, methodRoutes, rolesOf, setConfig } from './method-routes.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { logIn, type TokenParameters, tokenParameters } from './token-parameters.ts'
import { audiencesOf, readPublicKey, timeProblem, verifyJwt, withDerivedTimes } from './verify-jwt.ts'

interface JwtRole extends TokenParameters {
  readonly bound_audiences: string[]
  readonly bound_subject: string
  readonly bound_claims: JsonObject | null
  readonly user_claim: string
}

interface JwtConfig {
  readonly jwt_validation_pubkeys: string[]
  /** The keys of a JWK set, given in place: this store fetches nothing. */
  readonly jwks: { readonly keys: unknown[] } | null
  readonly bound_issuer: string
  readonly default_role: string
}

/** The JWT method: signed by a configured key, bound by audience, subject and claims. */
export const jwtRoutes: readonly Route[] = methodRoutes(writeConfig, writeRole, login)

function writeConfig(call: Call): undefined {
  const { body } = call
  if (body['jwks_url'] !== undefined || body['oidc_discovery_url'] !== undefined) {
    refuse(
      400,
      "the development store takes keys in jwt_validation_pubkeys or in place as 'jwks', and fetches none",
    )
  }
  const jwks =
    isJsonObject(body['jwks']) && Array.isArray(body['jwks']['keys']) ? { keys: body['jwks']['keys'] } : null
  const settings: JwtConfig = {
    jwt_validation_pubkeys: listField(body, 'jwt_validation_pubkeys'),
    jwks,
    bound_issuer: textField(body, 'bound_issuer'),
    default_role: textField(body, 'default_role'),
  }
  if (publicKeys(settings).length === 0)
    refuse(400, "exactly one of 'jwt_validation_pubkeys' or 'jwks' must be set")
  setConfig(call, settings)
}

function publicKeys(settings: JwtConfig) {
  return [...settings.jwt_validation_pubkeys, ...(settings.jwks?.keys ?? [])].map(readPublicKey)
}

function writeRole(call: Call): undefined {
  const { body } = call
  const role: JwtRole = {
    ...tokenParameters(body, rolesOf<JwtRole>(call)[param(call, 'name')]),
    bound_audiences: listField(body, 'bound_audiences'),
    bound_subject: textField(body, 'bound_subject'),
    bound_claims: isJsonObject(body['bound_claims']) ? body['bound_claims'] : null,
    user_claim: textField(body, 'user_claim'),
  }
  if (role.user_claim === '') refuse(400, 'a user claim must be defined on the role')
  if (role.bound_audiences.length === 0 && role.bound_subject === '' && role.bound_claims === null) {
    refuse(400, 'must have at least one bound constraint when creating/updating a role')
  }
  rolesOf<JwtRole>(call)[param(call, 'name')] = role
}

function login(call: Call): Answer {
  const settings = configOf<JwtConfig>(call) ?? refuse(400, 'could not load configuration')
  const name = textField(call.body, 'role').toLowerCase() || settings.default_role
  if (name === '') return refuse(400, 'missing role')
  const role = rolesOf<JwtRole>(call)[name] ?? refuse(400, `role "${name}" could not be found`)
  const jwt = textField(call.body, 'jwt')
  if (jwt === '') return refuse(400, 'missing token')

  const claims = withDerivedTimes(verifyJwt(jwt, publicKeys(settings)) ?? invalidSignature())
  const problem = claimProblem(claims, settings, role) ?? timeProblem(claims, call.store.now())
  if (problem !== undefined) refuse(400, `error validating token: ${problem}`)
  const user = claims[role.user_claim]
  if (typeof user !== 'string') return refuse(400, `claim "${role.user_claim}" not found in token`)
  checkBoundClaims(claims, role.bound_claims ?? {})
  return logIn(call, role, { displayName: `jwt-${user}`, meta: { role: name } })
}

function invalidSignature(): never {
  const reason = 'no known key successfully validated the token signature'
  return refuse(400, `error validating token: error verifying token signature: ${reason}`)
}

function claimProblem(claims: JsonObject, settings: JwtConfig, role: JwtRole): string | undefined {
  const audiences = audiencesOf(claims)
  if (settings.bound_issuer !== '' && claims['iss'] !== settings.bound_issuer)
    return 'invalid issuer (iss) claim'
  if (role.bound_subject !== '' && claims['sub'] !== role.bound_subject) return 'invalid subject (sub) claim'
  if (role.bound_audiences.length === 0) {
    if (audiences.length > 0) refuse(400, 'audience claim found in JWT but no audiences bound to the role')
    return undefined
  }
  if (audiences.some(audience => role.bound_audiences.includes(audience))) return undefined
  return 'invalid audience (aud) claim: audience claim does not match any expected audience'
}

function checkBoundClaims(claims: JsonObject, bound: JsonObject): void {
  for (const [name, allowed] of Object.entries(bound)) {
    const wanted: readonly unknown[] = Array.isArray(allowed) ? allowed : [allowed]
    const held: readonly unknown[] = Array.isArray(claims[name]) ? claims[name] : [claims[name]]
    if (!held.some(value => wanted.includes(value))) {
      refuse(400, `error validating claims: claim "${name}" does not match any associated bound claim values`)
    }
  }
}
