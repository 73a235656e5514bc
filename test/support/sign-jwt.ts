import { type KeyObject, sign } from 'node:crypto'

/** A compact JWS by RS256 for an RSA key, by ES256 for a P-256 key. */
export function signJwt(claims: object, privateKey: KeyObject, header: object = {}): string {
  const alg = privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg, typ: 'JWT', ...header })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
