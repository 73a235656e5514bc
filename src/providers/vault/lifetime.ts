import { X509Certificate } from 'node:crypto'
import { isJsonObject, type Json } from '../../core/json.ts'
import { sshValidity } from './ssh-validity.ts'
import { secondsIn } from './token.ts'

/**
 * Milliseconds that what a write made lives from now on, where it has no lease that says so: a token, an AppRole secret
 * id, a certificate. Undefined where it does not end.
 */
export function lifetimeMs(response: ReadonlyMap<string, Json>, now: number): number | undefined {
  const data = objectIn(response, 'data')
  const seconds =
    secondsIn(objectIn(response, 'auth').get('lease_duration')) ||
    secondsIn(response.get('lease_duration')) ||
    (data.has('secret_id') ? secondsIn(data.get('secret_id_ttl')) : 0)
  if (seconds > 0) return seconds * 1_000
  const validity = certificateValidity(data.get('certificate')) ?? sshValidity(data.get('signed_key'))
  return validity && remainingMs(validity, now)
}

export function objectIn(map: ReadonlyMap<string, Json>, name: string): ReadonlyMap<string, Json> {
  const value = map.get(name)
  return isJsonObject(value) ? value : new Map()
}

/** Milliseconds since the epoch. */
export interface Validity {
  readonly from: number
  readonly to: number
}

/** A clock that is wrong must not make a certificate that was issued just now seem at its end, or live longer than it does. */
function remainingMs({ from, to }: Validity, now: number): number {
  const wholeMs = to - from
  const leftMs = to - now
  return leftMs > 0 ? Math.min(leftMs, wholeMs) : wholeMs
}

/** Of a certificate in PEM, with others or a key behind or before it, or as base64 of its DER. */
function certificateValidity(certificate: Json | undefined): Validity | undefined {
  if (typeof certificate !== 'string') return undefined
  try {
    const { validFromDate, validToDate } = new X509Certificate(
      certificate.includes('-----BEGIN') ? certificate : Buffer.from(certificate, 'base64'),
    )
    return { from: validFromDate.getTime(), to: validToDate.getTime() }
  } catch {
    // A field of that name that holds something else does not end.
    return undefined
  }
}
