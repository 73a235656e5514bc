import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/**
 * What is wrong with PEM files (RFC 7468) that belong together, or undefined. Each private key must fit the first certificate
 * of a file, which is the one that a server presents; several files must hold both a key and a certificate.
 */
export function problemOfPem(texts: readonly string[]): string | undefined {
  const files = texts.map(blocksOf)
  const certificates: X509Certificate[] = []
  const keys: KeyObject[] = []
  for (const blocks of files) {
    const inFile: X509Certificate[] = []
    for (const { label, text } of blocks) {
      if (certificateLabels.has(label)) {
        const certificate = parsed(() => new X509Certificate(text))
        if (certificate === undefined) return 'a certificate cannot be parsed'
        inFile.push(certificate)
      } else if (label.endsWith('PRIVATE KEY')) {
        if (label.startsWith('ENCRYPTED') || text.includes('ENCRYPTED')) return 'the private key is encrypted'
        const key = parsed(() => createPrivateKey(text))
        if (key === undefined) return 'the private key cannot be parsed'
        keys.push(key)
      }
    }
    certificates.push(...inFile.slice(0, 1))
  }
  const single = texts.length === 1
  if (certificates.length === 0 && !(single && keys.length > 0)) return 'it holds no certificate'
  if (keys.length === 0 && !single) return 'it holds no private key'
  if (certificates.length === 0) return undefined
  const fits = keys.every(key => certificates.some(certificate => certificate.checkPrivateKey(key)))
  return fits ? undefined : 'the private key does not fit the certificate'
}

const certificateLabels: ReadonlySet<string> = new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
])

interface Block {
  readonly label: string
  readonly text: string
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g)].map(
    ([block, label = '']) => ({ label, text: block }),
  )
}

/** OpenSSL's own messages are left out: what they hold is not ours to promise. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
