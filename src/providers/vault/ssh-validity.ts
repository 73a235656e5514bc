import type { Json } from '../../core/json.ts'
import type { Validity } from './lifetime.ts'

/** How many strings stand between the nonce and the serial number: the parts of the public key. */
const keyParts: Readonly<Record<string, number>> = { 'ssh-rsa': 2, 'ssh-dss': 4, 'ssh-ed25519': 1 }

/**
 * When an OpenSSH certificate (`ssh-ed25519-cert-v01@openssh.com AAAA...`) is valid; undefined where it is none or has no end.
 * @see https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.certkeys
 */
export function sshValidity(signedKey: Json | undefined): Validity | undefined {
  if (typeof signedKey !== 'string') return undefined
  const [type = '', body = ''] = signedKey.trim().split(/\s+/)
  const bytes = Buffer.from(body, 'base64')
  try {
    let at = 0
    const skipString = () => {
      at += 4 + bytes.readUInt32BE(at)
    }
    // Type and nonce, then the key; an ECDSA key is its curve and a point.
    const keyType = type.replace(/-cert-v01@openssh\.com$/, '')
    for (let count = 2 + (keyParts[keyType] ?? 2); count > 0; count -= 1) skipString()
    at += 8 + 4
    skipString()
    skipString()
    const [from, to] = [bytes.readBigUInt64BE(at), bytes.readBigUInt64BE(at + 8)]
    // An end of all ones is none.
    return to >= 1n << 40n ? undefined : { from: Number(from) * 1_000, to: Number(to) * 1_000 }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
