import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { textField } from './fields.ts'
import { listKeys } from './list-keys.ts'
import { table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

interface TransitKey {
  readonly name: string
  /** Oldest first, in base64. */
  readonly versions: { readonly secret: string; readonly createdAt: number }[]
}

const nonceBytes = 12
const tagBytes = 16

/** Encryption as a service, with keys for AES-256-GCM that can be rotated. */
export const transitRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'keys', run: call => listKeys(keys(call), '') },
  { operations: ['read'], pattern: 'keys/:name', run: call => describe(keyOf(call) ?? refuse(404)) },
  { operations: ['write'], pattern: 'keys/:name', run: call => describe(keyOf(call) ?? createKey(call)) },
  { operations: ['write'], pattern: 'keys/:name/rotate', run: rotate },
  {
    operations: ['write'],
    pattern: 'encrypt/:name',
    replaces: call => keyOf(call) !== undefined,
    run: encrypt,
  },
  { operations: ['write'], pattern: 'decrypt/:name', run: decrypt },
]

function keys(call: Call): Record<string, TransitKey> {
  return table<TransitKey>(call.mount, 'keys')
}

function keyOf(call: Call): TransitKey | undefined {
  return keys(call)[param(call, 'name')]
}

function createKey(call: Call): TransitKey {
  const key: TransitKey = { name: param(call, 'name'), versions: [] }
  addVersion(key, call)
  keys(call)[key.name] = key
  return key
}

function addVersion({ versions }: TransitKey, call: Call): void {
  versions.push({ secret: randomBytes(32).toString('base64'), createdAt: call.store.now() })
}

function rotate(call: Call): Answer {
  const key = keyOf(call) ?? refuse(400, 'encryption key not found')
  addVersion(key, call)
  return describe(key)
}

function describe({ name, versions }: TransitKey): Answer {
  const created = versions.map(({ createdAt }, index) => [index + 1, Math.floor(createdAt / 1000)])
  return {
    data: { name, type: 'aes256-gcm96', keys: Object.fromEntries(created), latest_version: versions.length },
  }
}

function encrypt(call: Call): Answer {
  const { body } = call
  if (body['plaintext'] === undefined) refuse(400, 'missing plaintext to encrypt')
  const plaintext = textField(body, 'plaintext')
  if (Buffer.from(plaintext, 'base64').toString('base64') !== plaintext) {
    refuse(400, 'illegal base64 data at input byte 0')
  }
  const { versions } = keyOf(call) ?? createKey(call)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', secretOf(versions.at(-1)), nonce)
  const sealed = Buffer.concat([cipher.update(plaintext, 'base64'), cipher.final()])
  const content = Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64')
  return { data: { ciphertext: `vault:v${versions.length}:${content}`, key_version: versions.length } }
}

function decrypt(call: Call): Answer {
  const ciphertext = textField(call.body, 'ciphertext') || refuse(400, 'missing ciphertext to decrypt')
  const { versions } = keyOf(call) ?? refuse(400, 'encryption key not found')
  const [, version, content = ''] =
    /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? refuse(400, 'invalid ciphertext: no prefix')
  const bytes = Buffer.from(content, 'base64')
  if (bytes.length < nonceBytes + tagBytes) refuse(400, 'invalid ciphertext length')
  const key = versions[Number(version) - 1] ?? refuse(400, 'invalid ciphertext: version is too new')
  const decipher = createDecipheriv('aes-256-gcm', secretOf(key), bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const opened = [decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]
    return { data: { plaintext: Buffer.concat(opened).toString('base64') } }
  } catch {
    return refuse(400, 'cipher: message authentication failed')
  }
}

function secretOf(version: TransitKey['versions'][number] | undefined): Buffer {
  return Buffer.from(version?.secret ?? '', 'base64')
}
