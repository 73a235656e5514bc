import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { makeCertificate } from './certificate.ts'
import { listField, textField } from './fields.ts'
import { formatSeconds, formatTime, parseSeconds } from './go-time.ts'
import { issueLease } from './leases.ts'
import { listKeys } from './list-keys.ts'
import { systemTtlSeconds, table } from './mounts.ts'
import { isNameAllowed, keyType, makeKeys, type PkiRole, pkiRoleRoutes, roleOf } from './pki-roles.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

interface Authority {
  readonly certificate: string
  readonly privateKey: string
}

/** Vault's dating back, against clocks that differ. */
const notBeforeSeconds = 30

/** The PKI engine with one self-signed authority per mount, which issues certificates for servers and clients. */
export const pkiRoutes: readonly Route[] = [
  { operations: ['write'], pattern: 'root/generate/:kind', run: generateRoot },
  { operations: ['read'], pattern: 'cert/:serial', run: readCertificate },
  { operations: ['list'], pattern: 'certs', run: call => listKeys(certificates(call), '') },
  { operations: ['write'], pattern: 'issue/:name', run: issue },
  ...pkiRoleRoutes,
]

function certificates(call: Call): Record<string, string> {
  return table<string>(call.mount, 'certificates')
}

function generateRoot(call: Call): Answer {
  const kind = param(call, 'kind')
  if (kind !== 'internal' && kind !== 'exported') refuse(404, `unsupported kind of root: ${kind}`)
  const subject = textField(call.body, 'common_name') || refuse(400, 'the common_name field is required')
  const { publicKey, privateKey, pem, type } = makeKeys(keyType(call.body))
  const { seconds, warnings } = lifetime(call, { ttl: 0, max_ttl: 0 })
  const made = certify(call, {
    subject,
    publicKey,
    issuer: { subject, publicKey, privateKey },
    seconds,
    authority: true,
    dnsNames: [],
    addresses: [],
  })
  table<Authority>(call.mount, 'authorities')['default'] = { certificate: made.certificate, privateKey: pem }
  return {
    data: {
      ...made,
      issuing_ca: made.certificate,
      ...(kind === 'exported' ? { private_key: pem, private_key_type: type } : {}),
    },
    warnings,
  }
}

function readCertificate(call: Call): Answer {
  const serial = param(call, 'serial')
  const certificate =
    serial === 'ca' ? authorityOf(call)?.certificate : certificates(call)[serial.replaceAll('-', ':')]
  if (certificate === undefined) refuse(404)
  return { data: { certificate, revocation_time: 0, revocation_time_rfc3339: '' } }
}

function issue(call: Call): Answer {
  const role = roleOf(call) ?? refuse(400, `unknown role: ${param(call, 'name')}`)
  const authority = authorityOf(call) ?? refuse(500, 'no default issuer currently configured')
  const { subject, dnsNames, addresses } = namesOf(call, role)
  const { seconds, warnings } = lifetime(call, role)
  const { publicKey, pem, type } = makeKeys(role.key_type)
  const issuer = new X509Certificate(authority.certificate)
  const privateKey = createPrivateKey(authority.privateKey)
  const names = {
    subject: issuer.subject.replace(/^CN=/, ''),
    publicKey: createPublicKey(privateKey),
    privateKey,
  }
  refuseBeyond(call.store.now() + seconds * 1000, issuer.validToDate.getTime())
  const made = certify(call, {
    subject,
    dnsNames,
    addresses,
    publicKey,
    issuer: names,
    seconds,
    authority: false,
  })
  const limits = { ttl: seconds, maxTtl: seconds, explicitMaxTtl: 0, period: 0 }
  const chain = { issuing_ca: authority.certificate, ca_chain: [authority.certificate] }
  const key = { private_key: pem, private_key_type: type }
  const bundle = [pem, made.certificate, authority.certificate].join('\n')
  const isBundle = textField(call.body, 'format') === 'pem_bundle'
  return {
    data: { ...made, ...chain, ...key, ...(isBundle ? { certificate: bundle } : {}) },
    warnings,
    ...(role.generate_lease ? { lease: issueLease(call, limits, false).lease } : {}),
  }
}

function authorityOf(call: Call): Authority | undefined {
  return table<Authority>(call.mount, 'authorities')['default']
}

function namesOf({ body }: Call, role: PkiRole) {
  const subject = textField(body, 'common_name')
  if (subject === '') {
    const unless = 'unless "require_cn" is set to false'
    const inRequest = 'or must be provided in a CSR with "use_csr_common_name" set to true'
    refuse(400, `the common_name field is required, ${inRequest}, ${unless}`)
  }
  const alternatives = listField(body, 'alt_names')
  if (!isNameAllowed(subject, role)) refuse(400, `common name ${subject} not allowed by this role`)
  const refused = alternatives.find(name => !isNameAllowed(name, role))
  if (refused !== undefined) refuse(400, `subject alternate name ${refused} not allowed by this role`)
  return {
    subject,
    dnsNames: [...new Set([subject, ...alternatives])].sort(),
    addresses: listField(body, 'ip_sans'),
  }
}

/** What was asked for, else the role's, else the mount's; never past the role's or the mount's maximum. */
function lifetime({ body, mount: { config } }: Call, role: Pick<PkiRole, 'ttl' | 'max_ttl'>) {
  const max = Math.min(role.max_ttl || Number.POSITIVE_INFINITY, config.max_lease_ttl || systemTtlSeconds)
  const wanted = parseSeconds(body['ttl'], 'ttl') || role.ttl || config.default_lease_ttl || systemTtlSeconds
  if (wanted <= max) return { seconds: wanted, warnings: [] }
  const [long, short] = [formatSeconds(wanted), formatSeconds(max)]
  const warning = `TTL "${long}" is longer than permitted maxTTL "${short}", so maxTTL is being used`
  return { seconds: max, warnings: [warning] }
}

function refuseBeyond(end: number, authorityEnd: number): void {
  if (end <= authorityEnd) return
  const [wanted, possible] = [formatTime(end), formatTime(authorityEnd)]
  refuse(
    400,
    `cannot satisfy request, as TTL would result in notAfter of ${wanted} that is beyond the expiration of the CA certificate at ${possible}`,
  )
}

interface Wanted {
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuer: { readonly subject: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly seconds: number
  readonly authority: boolean
  readonly dnsNames: readonly string[]
  readonly addresses: readonly string[]
}

function certify(call: Call, { seconds, ...wanted }: Wanted) {
  const now = Math.floor(call.store.now() / 1000)
  // The first bit is clear, so that the number is positive and of full length.
  const serial = randomBytes(20)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const [from, to] = [now - notBeforeSeconds, now + seconds]
  const certificate = makeCertificate({ ...wanted, serial, from: from * 1000, to: to * 1000 })
  const serialNumber = serial.toString('hex').replace(/..(?!$)/g, '$&:')
  certificates(call)[serialNumber] = certificate
  return { certificate, serial_number: serialNumber, expiration: to, not_before: from }
}
