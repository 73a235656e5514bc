import type { Json } from '../../core/json.ts'
import type { Validity } from './lifetime.ts'

/** How many strings stand between the nonce and the serial number: the parts of the public key. */
const keyParts: ReadonlyMap<string, number> = new Map([
  ['ssh-rsa', 2],
  ['ssh-ed25519', 1],
  ['ecdsa-sha2-nistp256', 2],
  ['ecdsa-sha2-nistp384', 2],
  ['ecdsa-sha2-nistp521', 2],
])

/**
 * When an OpenSSH certificate (`ssh-ed25519-cert-v01@openssh.com AAAA...`) is valid; undefined where it is none or has no end.
 * @see https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.certkeys
 */
export function sshValidity(signedKey: Json | undefined): Validity | undefined {
  if (typeof signedKey !== 'string') return undefined
  const [type = '', body = ''] = signedKey.trim().split(/\s+/)
  const parts = keyParts.get(type.replace(/-cert-v01@openssh\.com$/, ''))
  if (parts === undefined) return undefined
  const bytes = Buffer.from(body, 'base64')
  try {
    let at = 0
    const skipString = () => {
      at += 4 + bytes.readUInt32BE(at)
    }
    // Type, nonce and key; then serial number and kind; then id and principals.
    for (let count = 2 + parts; count > 0; count -= 1) skipString()
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
