import { X509Certificate } from 'node:crypto'
import { listField, textField } from './fields.ts'
import { matchesGlob } from './glob.ts'
import { listKeys } from './list-keys.ts'
import { removeRow, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { logIn, type TokenParameters, tokenParameters } from './token-parameters.ts'

interface CertRole extends TokenParameters {
  /** PEM: the authority that issues client certificates, or one client certificate itself. */
  readonly certificate: string
  readonly display_name: string
  readonly allowed_names: string[]
  readonly allowed_common_names: string[]
  readonly allowed_dns_sans: string[]
}

const unsupported = [
  'allowed_email_sans',
  'allowed_organizational_units',
  'allowed_uri_sans',
  'ocsp_enabled',
  'required_extensions',
]

/** The TLS certificate method: the certificate of the connection is the credential. */
export const certRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'certs', run: call => listKeys(roles(call), '') },
  {
    operations: ['read'],
    pattern: 'certs/:name',
    run: call => ({ data: roles(call)[param(call, 'name')] ?? refuse(404) }),
  },
  { operations: ['write'], pattern: 'certs/:name', run: writeRole },
  {
    operations: ['delete'],
    pattern: 'certs/:name',
    run: call => removeRow(roles(call), param(call, 'name')),
  },
  { operations: ['write'], pattern: 'login', open: true, run: login },
]

function roles(call: Call): Record<string, CertRole> {
  return table<CertRole>(call.mount, 'roles')
}

function writeRole(call: Call): undefined {
  const { body } = call
  const name = param(call, 'name')
  const stranger = unsupported.find(field => body[field] !== undefined)
  if (stranger !== undefined) refuse(400, `the development store knows no ${stranger}`)
  const certificate = textField(body, 'certificate')
  if (parseCertificate(certificate) === undefined) refuse(400, 'failed to parse certificate')
  roles(call)[name] = {
    ...tokenParameters(body, roles(call)[name]),
    certificate,
    display_name: textField(body, 'display_name') || name,
    allowed_names: listField(body, 'allowed_names'),
    allowed_common_names: listField(body, 'allowed_common_names'),
    allowed_dns_sans: listField(body, 'allowed_dns_sans'),
  }
}

function login(call: Call): Answer {
  const client = call.peerCertificate ?? refuse(400, 'no client certificate found')
  const wanted = textField(call.body, 'name')
  const candidates = Object.entries(roles(call)).filter(([name]) => wanted === '' || name === wanted)
  const [name, role] =
    candidates.find(([, role]) => isTrusted(client, role, call.store.now()) && fitsNames(client, role)) ??
    refuse(400, 'invalid certificate or no client certificate supplied')
  return logIn(call, role, {
    displayName: `cert-${role.display_name}`,
    meta: {
      cert_name: name,
      common_name: commonName(client),
      serial_number: BigInt(`0x${client.serialNumber}`).toString(),
    },
  })
}

function isTrusted(client: X509Certificate, role: CertRole, now: number): boolean {
  if (now < Date.parse(client.validFrom) || now > Date.parse(client.validTo)) return false
  const trusted = parseCertificate(role.certificate)
  if (trusted === undefined) return false
  if (!trusted.ca) return trusted.raw.equals(client.raw)
  return client.checkIssued(trusted) && client.verify(trusted.publicKey)
}

function fitsNames(client: X509Certificate, role: CertRole): boolean {
  const dnsNames = [...(client.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name ?? '')
  const fits = (globs: readonly string[], names: readonly string[]) =>
    globs.length === 0 || globs.some(glob => names.some(name => matchesGlob(glob, name)))
  const common = commonName(client)
  return (
    fits(role.allowed_names, [common, ...dnsNames]) &&
    fits(role.allowed_common_names, [common]) &&
    fits(role.allowed_dns_sans, dnsNames)
  )
}

function commonName(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? ''
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
