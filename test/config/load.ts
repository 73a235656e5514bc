import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { readYaml } from '../../src/config/read-yaml.ts'
import type { ConfigurationPorts } from '../../src/config/resolve/resolution.ts'
import type { ResolvedConfiguration } from '../../src/config/resolved.ts'
import type { ConfigurationSource } from '../../src/config/source.ts'
import type { Problem } from '../../src/core/problem.ts'

export const file = '/etc/keyturn/keyturn.yaml'

export interface Loaded {
  readonly configuration: ResolvedConfiguration | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

export interface Machine {
  readonly files?: Readonly<Record<string, string>>
  readonly ports?: Partial<ConfigurationPorts>
  readonly environment?: Readonly<Record<string, string>>
}

/** Loads a text as the file /etc/keyturn/keyturn.yaml of a machine that has all directories and the program nginx. */
export function load(text: string, machine: Machine = {}): Loaded {
  return loadSource(readYaml(text, file), machine)
}

export function loadSource(source: ConfigurationSource, machine: Machine = {}): Loaded {
  const { files = {}, environment = {} } = machine
  const ports: ConfigurationPorts = {
    readText(name) {
      const text = files[name]
      if (text === undefined) throw Object.assign(new Error(`no such file: ${name}`), { code: 'ENOENT' })
      return text
    },
    parseTemplate: () => ({ secrets: undefined }),
    programExists: program => program === 'nginx',
    directoryExists: () => true,
    cannotRemove: () => undefined,
    agent: { uid: 0, gid: 0 },
    ...machine.ports,
  }
  const result = loadConfiguration({ source, environment, ports })
  return 'configuration' in result ? { ...result, problems: [] } : { ...result, configuration: undefined }
}
