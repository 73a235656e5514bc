import path from 'node:path'

export interface ConfigurationLookup {
  /** What `--config` says. */
  readonly config?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly directory: string
}

/** The configuration's file, absolute: `--config`, else KEYTURN_CONFIG, else the one place where an image has it. */
export function findConfiguration({ config, environment, directory }: ConfigurationLookup): string {
  const { KEYTURN_CONFIG } = environment
  return path.resolve(directory, config || KEYTURN_CONFIG || '/etc/keyturn/keyturn.yaml')
}
