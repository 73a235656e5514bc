import { createHash, randomBytes } from 'node:crypto'

export function newPassword(): string {
  return randomBytes(12).toString('base64url')
}

/** What the example application answers for this password. */
export function fingerprint(password: string): string {
  return createHash('sha256').update(password).digest('hex').slice(0, 12)
}
