import type { Validation } from '../core/output.ts'
import type { Reference } from '../core/reference.ts'

/** A whole configuration as plain data: paths absolute, durations in milliseconds, sizes in bytes, defaults applied. */
export interface ResolvedConfiguration {
  readonly providers: readonly ProviderSettings[]
  /** Declared secrets, and those that a `value` names by a whole reference; one entry per secret, whatever its names. */
  readonly secrets: readonly ResolvedSecret[]
  readonly outputs: readonly ResolvedOutput[]
  readonly templates: ResolvedTemplates
  readonly notifiers: readonly NotifierSettings[]
  readonly settleMs: number
  readonly startTimeoutMs: number
  readonly stateDirectory: string
  /** Where tokens and leases outlive the process. */
  readonly keepDirectory: string | undefined
  /** Directories in and below which outputs may lie on something else than tmpfs. */
  readonly allowNonTmpfs: readonly string[]
  readonly listen: ListenAddress | undefined
  readonly log: { readonly level: LogLevel }
}

type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface ListenAddress {
  /** Empty for all interfaces. */
  readonly host: string
  readonly port: number
}

export type ProviderSettings = VaultProviderSettings | AwsProviderSettings | FileProviderSettings

interface CommonProviderSettings {
  /** As references use it. */
  readonly name: string
  /** The poll interval of this provider's secrets that name none of their own. */
  readonly refreshMs: number
}

interface NetworkProviderSettings extends CommonProviderSettings {
  readonly timeoutMs: number
  readonly maxConnections: number
  readonly maxBytes: number
  readonly proxy: ProxySettings
}

/** What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say, in either case of letters. May hold a proxy's password. */
export interface ProxySettings {
  readonly httpProxy?: string
  readonly httpsProxy?: string
  readonly noProxy?: string
}

export interface VaultProviderSettings extends NetworkProviderSettings {
  readonly type: 'vault'
  readonly address: string
  readonly namespace?: string | undefined
  readonly auth: VaultAuthSettings
  /** How long an earlier lease stays for secrets that say nothing of their own. */
  readonly revokeAfterMs: number
  readonly onExit: 'keep' | 'revoke'
  readonly tls: VaultTlsSettings
}

export type VaultAuthSettings =
  | {
      readonly method: 'approle'
      readonly mount: string
      /** Exactly one of the two. */
      readonly roleId?: string | undefined
      readonly roleIdFile?: string | undefined
      /** Exactly one of the two. */
      readonly secretIdFile?: string | undefined
      readonly wrappedSecretIdFile?: string | undefined
      /** The credential is removed once it is read. */
      readonly remove: boolean
    }
  | {
      readonly method: 'jwt' | 'kubernetes'
      readonly mount: string
      readonly role: string
      readonly tokenFile: string
      readonly remove: boolean
    }
  | { readonly method: 'cert'; readonly mount: string; readonly name?: string | undefined }
  | { readonly method: 'token_file'; readonly tokenFile: string; readonly remove: boolean }

export interface VaultTlsSettings {
  readonly caFile?: string | undefined
  readonly caDirectory?: string | undefined
  readonly clientCertFile?: string | undefined
  readonly clientKeyFile?: string | undefined
  readonly serverName?: string | undefined
  readonly skipVerify: boolean
}

export interface AwsProviderSettings extends NetworkProviderSettings {
  readonly type: 'aws'
  readonly region?: string | undefined
  readonly profile?: string | undefined
  readonly endpoint?: string | undefined
  readonly assumeRole?:
    | {
        readonly arn: string
        readonly externalId?: string | undefined
        readonly sessionName?: string | undefined
      }
    | undefined
}

interface FileProviderSettings extends CommonProviderSettings {
  readonly type: 'file'
  /** Directories out of which nothing is read; for the files that templates read. */
  readonly below?: readonly string[] | undefined
}

export interface ResolvedTemplates {
  /** The functions that they may call by which a template reaches outside of the secrets. */
  readonly allow: readonly string[]
  readonly readBelow: readonly string[]
  /** Besides the directory of the output that declares a file. */
  readonly writeBelow: readonly string[]
  /** Of reading one, of each of its renderings, and of each in a format. */
  readonly limits: TemplateLimits
  /** May hold credentials of the agent. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface TemplateLimits {
  readonly maxSteps: number
  readonly maxOutputBytes: number
  readonly maxDepth: number
  readonly maxPattern: number
}

export interface ResolvedSecret {
  /** Names in the configuration; empty where only an output names the reference. */
  readonly names: readonly string[]
  /** Without a field. */
  readonly reference: Reference
  readonly refreshMs: number
  /** Undefined: ten times `refreshMs` and at least 15 minutes; for a lease its end. */
  readonly maxStaleMs: number | undefined
  readonly optional: boolean
  /** How long an earlier lease stays once a new one is published and everybody is told. */
  readonly revokeAfterMs: number
  readonly onRevoked: 'keep' | 'remove'
}

export interface ResolvedOutput {
  /** Absolute, without a trailing slash. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** Exactly one for a file output, whose name is empty. */
  readonly files: readonly ResolvedFile[]
  readonly validate: Validation | undefined
}

export interface ResolvedFile {
  readonly name: string
  readonly mode: number
  readonly owner: number
  readonly group: number
  readonly source: FileSource
  /** Undefined for a file output, whose `validate` is the output's. */
  readonly validate: Validation | undefined
}

export type FileSource =
  | { readonly kind: 'value'; readonly reference: Reference }
  | { readonly kind: 'format'; readonly reference: Reference; readonly format: Format }
  /** `name` stands before line and column in messages: the template's file, or the output's path. */
  | {
      readonly kind: 'template'
      readonly text: string
      /** The text as the template engine has parsed it, for itself alone. */
      readonly parsed: unknown
      readonly name: string
      /** Undefined for Go's. */
      readonly delimiters: readonly [left: string, right: string] | undefined
      readonly missingKey: 'error' | 'zero'
      /** Whether the files that it declares may let every user in. */
      readonly allowWorldAccess: boolean
    }

type Format = 'raw' | 'json' | 'yaml' | 'toml' | 'properties' | 'dotenv' | 'pgpass'

export type NotifierSettings = SignalSettings | WebhookSettings | CommandSettings

interface CommonNotifierSettings {
  /** Paths of the outputs it is for; undefined for all. */
  readonly on: readonly string[] | undefined
  readonly splayMs: number
}

export interface SignalSettings extends CommonNotifierSettings {
  readonly kind: 'signal'
  readonly signal: SignalName
  readonly target: SignalTarget
  readonly readyWithinMs: number
}

type SignalName = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH'

export type SignalTarget =
  | { readonly process: string; readonly anyOwner: boolean }
  | { readonly pidFile: string }
  | { readonly pid: number }

interface WebhookSettings extends CommonNotifierSettings {
  readonly kind: 'webhook'
  readonly url: string
  /** Holds the key of the HMAC signature; unsigned without it. */
  readonly secretFile: string | undefined
  readonly caFile: string | undefined
  readonly timeoutMs: number
  readonly first: boolean
}

interface CommandSettings extends CommonNotifierSettings {
  readonly kind: 'command'
  readonly command: readonly string[]
  readonly timeoutMs: number
  readonly first: boolean
}
