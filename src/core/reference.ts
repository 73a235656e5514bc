import { ConfigurationError } from './errors.ts'

/** Names one secret of one provider: `provider:path[?version=N|stage=S][#field]`. */
export interface Reference {
  /** The provider's name in the configuration. */
  readonly provider: string
  readonly path: string
  readonly version?: string | undefined
  readonly stage?: string | undefined
  readonly field?: string | undefined
  /** A directory of names instead of one secret, as the template function `secrets` asks for. */
  readonly list?: true | undefined
  /** Parameters that are written to the path, whose answer is the secret. It is made once, never polled. */
  readonly write?: Write | undefined
}

export interface Write {
  readonly parameters: ReadonlyMap<string, string>
  /** Equal for equal parameters, and tells nothing of them, for it is shown. */
  readonly id: string
}

/**
 * Reads a reference. The path keeps every character up to `?` or `#`; ARNs and their colons are paths like others.
 * @throws ConfigurationError
 */
export function parseReference(text: string): Reference {
  const match = /^([A-Za-z][\w-]*):([^?#]+)(?:\?([^#]*))?(?:#(.+))?$/s.exec(text)
  if (match === null) {
    throw new ConfigurationError(`"${text}" is not a reference`, {
      hint: 'write provider:path, then ?version=N or ?stage=S and #field where needed, such as vault:secret/my-api/db#password',
    })
  }
  const [, provider = '', path = '', query, field] = match
  const selector = query === undefined ? {} : parseSelector(query, text)
  return { provider, path, ...selector, ...(field === undefined ? {} : { field }) }
}

function parseSelector(query: string, text: string): { version: string } | { stage: string } {
  const match = /^(version|stage)=([^&]+)$/.exec(query)
  if (match === null) {
    throw new ConfigurationError(`"?${query}" in "${text}" is not understood`, {
      hint: 'only ?version=N or ?stage=S may follow the path',
    })
  }
  const value = match[2] ?? ''
  return match[1] === 'version' ? { version: value } : { stage: value }
}

/**
 * The identity of what a reference reads: equal for two references that differ in their field only. Two outputs with
 * equal keys share one poll.
 */
export function secretKey(reference: Reference): string {
  const selector =
    reference.version !== undefined
      ? `?version=${reference.version}`
      : reference.stage !== undefined
        ? `?stage=${reference.stage}`
        : reference.write !== undefined
          ? `?write=${reference.write.id}`
          : reference.list
            ? '?list'
            : ''
  return `${reference.provider}:${reference.path}${selector}`
}

/** The provider of the files that templates read. No provider of a configuration has this name, for it holds a space. */
export const templateFileProvider = 'template file'
