import type { HttpSettings } from '../../platform/http.ts'

export interface VaultSettings extends HttpSettings {
  readonly type: 'vault'
  readonly name: string
  /** Scheme, host and port. */
  readonly address: string
  readonly namespace?: string | undefined
  readonly auth: VaultAuth
  readonly onExit: 'keep' | 'revoke'
}

/** How the agent proves who it is. Files are read at each login; with `remove` only once, and then removed. */
export type VaultAuth = AppRoleAuth | TokenLoginAuth | CertificateAuth | TokenFileAuth

export interface AppRoleAuth {
  readonly method: 'approle'
  readonly mount: string
  /** Exactly one of the two. */
  readonly roleId?: string | undefined
  readonly roleIdFile?: string | undefined
  /** Exactly one of the two. */
  readonly secretIdFile?: string | undefined
  readonly wrappedSecretIdFile?: string | undefined
  readonly remove?: boolean
}

export interface TokenLoginAuth {
  readonly method: 'jwt' | 'kubernetes'
  readonly mount: string
  readonly role: string
  readonly tokenFile: string
  readonly remove?: boolean
}

export interface CertificateAuth {
  readonly method: 'cert'
  readonly mount: string
  /** One certificate role; without it the server tries all. */
  readonly name?: string | undefined
}

export interface TokenFileAuth {
  readonly method: 'token_file'
  readonly tokenFile: string
  readonly remove?: boolean
}
