import { RenderError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { Secret } from '../../core/secret.ts'
import { List, StructPointer, type Value } from './values.ts'

/** A certificate as `pkiCert` answers it: consul-template's struct, which is its own `.Data`. */
export function certificateParts({ fields }: Secret): StructPointer {
  const blocksIn = (name: string) => pemBlocks(fields.get(name)?.value)
  // With `format=pem_bundle` the key and the issuers stand in the same field.
  const bundle = blocksIn('certificate')
  const [certificate, ...issuers] = bundle.filter(isCertificate)
  if (certificate === undefined) {
    throw new RenderError('the answer holds no certificate in PEM', {
      hint: 'pkiCert is for pki/issue/ROLE and pki/sign/ROLE, in the formats pem and pem_bundle',
    })
  }
  const key = [...blocksIn('private_key'), ...bundle].find(isPrivateKey)
  const [issuer = issuers[0]] = blocksIn('issuing_ca')
  const answered = blocksIn('ca_chain')
  const chain = answered.length > 0 ? answered : issuers
  if (issuer !== undefined && !chain.includes(issuer)) chain.unshift(issuer)
  const parts = new StructPointer(
    'dependency.PemEncoded',
    new Map<string, Value>([
      ['Cert', certificate],
      ['Key', key ?? ''],
      ['CA', issuer ?? chain[0] ?? ''],
      ['CAChain', new List('[]string', chain.length > 0 ? chain : undefined)],
    ]),
    new Map([['Data', { parameters: [], call: (): Value => parts }]]),
  )
  return parts
}

/** The blocks of a text or of a list of texts, each as Go's encoder writes it: lines of 64, a newline at the end. */
function pemBlocks(value: Json | Uint8Array | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(pemBlocks)
  if (typeof value !== 'string') return []
  const blocks = value.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)
  return [...blocks].map(([, label = '', body = '']) => {
    const lines = body.replace(/\s/g, '').match(/.{1,64}/g) ?? []
    return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
  })
}

function isCertificate(block: string): boolean {
  return block.startsWith('-----BEGIN CERTIFICATE-----')
}

function isPrivateKey(block: string): boolean {
  return block.slice(0, block.indexOf('\n')).endsWith('PRIVATE KEY-----')
}
