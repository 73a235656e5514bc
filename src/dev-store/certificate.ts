import { createHash, type KeyObject, sign } from 'node:crypto'
import {
  bits,
  boolean,
  bytes,
  type Der,
  integer,
  objectId,
  sequence,
  set,
  tagged,
  text,
  time,
} from './der.ts'

export interface CertificateRequest {
  readonly serial: Uint8Array
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuer: { readonly subject: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  readonly authority: boolean
  readonly dnsNames: readonly string[]
  /** IPv4 only. */
  readonly addresses: readonly string[]
}

/** A certificate in PEM, for a server and client or for an authority, signed by an RSA or EC key (RFC 5280). */
export function makeCertificate(request: CertificateRequest): string {
  const { issuer } = request
  const algorithm =
    issuer.privateKey.asymmetricKeyType === 'rsa'
      ? sequence(objectId('1.2.840.113549.1.1.11'), Uint8Array.of(0x05, 0))
      : sequence(objectId('1.2.840.10045.4.3.2'))
  const content = sequence(
    tagged(0, integer(Uint8Array.of(2)), 'constructed'),
    integer(request.serial),
    algorithm,
    commonName(issuer.subject),
    sequence(time(request.from), time(request.to)),
    commonName(request.subject),
    publicKeyOf(request.publicKey),
    tagged(3, sequence(...extensionsOf(request)), 'constructed'),
  )
  const certificate = sequence(content, algorithm, bits(sign('sha256', content, issuer.privateKey)))
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----`
}

function extensionsOf({ publicKey, issuer, authority, dnsNames, addresses }: CertificateRequest): Der[] {
  const names = [
    ...dnsNames.map(name => tagged(2, Buffer.from(name), 'primitive')),
    ...addresses.map(address => tagged(7, Uint8Array.from(address.split('.'), Number), 'primitive')),
  ]
  return [
    // An authority signs certificates and lists; others sign, encipher and agree on keys.
    authority ? extension('2.5.29.15', bits(Uint8Array.of(0x06), 1), 'critical') : undefined,
    authority ? extension('2.5.29.19', sequence(boolean(true)), 'critical') : undefined,
    authority ? undefined : extension('2.5.29.15', bits(Uint8Array.of(0xa8), 3), 'critical'),
    authority
      ? undefined
      : extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.14', bytes(keyId(publicKey))),
    extension('2.5.29.35', sequence(tagged(0, keyId(issuer.publicKey), 'primitive'))),
    names.length === 0 ? undefined : extension('2.5.29.17', sequence(...names)),
  ].filter(part => part !== undefined)
}

function extension(id: string, value: Der, weight?: 'critical'): Der {
  return sequence(objectId(id), ...(weight === 'critical' ? [boolean(true)] : []), bytes(value))
}

function commonName(name: string): Der {
  return sequence(set(sequence(objectId('2.5.4.3'), text(name))))
}

function publicKeyOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function keyId(key: KeyObject): Uint8Array {
  return createHash('sha1').update(publicKeyOf(key)).digest()
}
