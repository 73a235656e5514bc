import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { makeCertificate } from '../../src/dev-store/certificate.ts'

export interface TestAuthority {
  readonly pem: string
  /** For localhost and 127.0.0.1, with its key, valid for these hours from now on; negative ones lie behind us. */
  issue(hours: { from: number; to: number }): { cert: string; key: string }
}

const hourMs = 3_600_000

/** An authority of its own, which nobody knows. */
export function createAuthority(subject: string): TestAuthority {
  const own = newKeys()
  const issuer = { subject, publicKey: own.publicKey, privateKey: own.privateKey }
  const make = (
    keys: { publicKey: KeyObject },
    names: { subject: string; authority: boolean },
    { from, to }: { from: number; to: number },
  ) =>
    makeCertificate({
      ...names,
      serial: randomBytes(16),
      publicKey: keys.publicKey,
      issuer,
      from: Date.now() + from * hourMs,
      to: Date.now() + to * hourMs,
      dnsNames: names.authority ? [] : ['localhost'],
      addresses: names.authority ? [] : ['127.0.0.1'],
    })
  return {
    pem: make(own, { subject, authority: true }, { from: -48, to: 48 }),
    issue(hours) {
      const keys = newKeys()
      const cert = make(keys, { subject: 'localhost', authority: false }, hours)
      return { cert, key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}
