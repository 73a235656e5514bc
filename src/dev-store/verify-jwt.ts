import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isJsonObject, type JsonObject } from './go-json.ts'
import { refuse } from './refusal.ts'

/** RFC 7518 section 3.4: an ES256 signature is the two numbers side by side, not ASN.1. */
const algorithms: Readonly<Record<string, { keyType: string; dsaEncoding: 'der' | 'ieee-p1363' }>> = {
  RS256: { keyType: 'rsa', dsaEncoding: 'der' },
  ES256: { keyType: 'ec', dsaEncoding: 'ieee-p1363' },
}

/** A public key or certificate as PEM, or a JWK as an object. */
export function readPublicKey(key: unknown): KeyObject {
  try {
    return isJsonObject(key) ? createPublicKey({ key, format: 'jwk' }) : createPublicKey(String(key))
  } catch {
    return refuse(400, 'error parsing public key')
  }
}

/**
 * The claims of a compact JWS (RFC 7515) that one of the keys has signed with RS256 or ES256; undefined for any other
 * signature.
 * @throws Refusal where it is not a JWT at all
 */
export function verifyJwt(jwt: string, keys: readonly KeyObject[]): JsonObject | undefined {
  const [head = '', payload = '', signature = '', ...more] = jwt.split('.')
  if (signature === '' || more.length > 0) {
    return refuse(400, 'error validating token: compact JWS format must have three parts')
  }
  const algorithm = algorithms[String(decodePart(head)['alg'])]
  const signed = Buffer.from(`${head}.${payload}`)
  const isGood = keys.some(
    key =>
      key.asymmetricKeyType === algorithm?.keyType &&
      verify(
        'sha256',
        signed,
        { key, dsaEncoding: algorithm?.dsaEncoding ?? 'der' },
        Buffer.from(signature, 'base64url'),
      ),
  )
  return isGood ? decodePart(payload) : undefined
}

/** What is wrong with the claims' times, in Vault's words; a minute's skew is forgiven. */
export function timeProblem({ exp, nbf }: JsonObject, nowMs: number): string | undefined {
  const now = nowMs / 1000
  if (nbf !== undefined && now + 60 < Number(nbf))
    return 'invalid not before (nbf) claim: token not yet valid'
  if (exp !== undefined && now - 60 > Number(exp))
    return 'invalid expiration time (exp) claim: token is expired'
  return undefined
}

/**
 * The claims with `nbf` and `exp` where they had none: from `iat`, and 150 seconds apart.
 * @throws Refusal where there is no time at all
 */
export function withDerivedTimes(claims: JsonObject): JsonObject {
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map(name => Number(claims[name] ?? 0))
  if (!exp && !nbf && !iat) {
    const missing = 'no issued at (iat), not before (nbf), or expiration time (exp) claims in token'
    return refuse(400, `error validating token: ${missing}`)
  }
  const end = exp || Math.max(nbf ?? 0, iat ?? 0) + 150
  return { ...claims, exp: end, nbf: nbf || iat || end - 150 }
}

/** `aud` may be one string or a list (RFC 7519 section 4.1.3). */
export function audiencesOf(claims: JsonObject): string[] {
  const aud = claims['aud']
  return (Array.isArray(aud) ? aud : aud === undefined ? [] : [aud]).map(String)
}

function decodePart(part: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    if (isJsonObject(value)) return value
  } catch {}
  return refuse(400, 'error validating token: malformed jwt')
}
