import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { findConfiguration } from '../config/find-configuration.ts'
import { type LoadResult, loadConfiguration } from '../config/load-configuration.ts'
import { readYaml } from '../config/read-yaml.ts'
import type { ConfigurationPorts } from '../config/resolve/resolution.ts'
import type { ResolvedConfiguration } from '../config/resolved.ts'
import type { ConfigurationSource } from '../config/source.ts'
import { ConfigurationError } from '../core/errors.ts'
import { cannotRemove } from './cannot-remove.ts'
import type { ConfigurationOptions, Surroundings } from './context.ts'
import { InvalidConfiguration } from './invalid-configuration.ts'

/**
 * Loads the configuration that the options and the environment name, and checks it offline.
 * @param reads is told of each file before it is read
 */
export async function load(
  context: Surroundings,
  options: ConfigurationOptions,
  reads?: (file: string) => void,
): Promise<LoadResult> {
  const source = await sourceOf(context, options, reads)
  const { environment } = context
  return loadConfiguration({ source, environment, ports: await portsOf(context, source, reads) })
}

/** @throws InvalidConfiguration that holds every mistake */
export async function loadOrThrow(
  context: Surroundings,
  options: ConfigurationOptions,
  reads?: (file: string) => void,
): Promise<ResolvedConfiguration> {
  const result = await load(context, options, reads)
  if ('configuration' in result) return result.configuration
  throw new InvalidConfiguration(result.problems)
}

/** The control socket of the agent that runs with this configuration. */
export async function socketPath(context: Surroundings, options: ConfigurationOptions): Promise<string> {
  const usual = '/run/secrets/.keyturn/agent.sock'
  if (options.config === undefined && existsSync(usual)) return usual
  const { stateDirectory } = await loadOrThrow(context, options)
  return join(stateDirectory, 'agent.sock')
}

async function sourceOf(
  context: Surroundings,
  options: ConfigurationOptions,
  reads?: (file: string) => void,
): Promise<ConfigurationSource> {
  const { environment, workingDirectory: directory } = context
  if (options.secret !== undefined) {
    const { fromEnvironment } = await import('../config/from-environment.ts')
    const { secret, owner, group, mode, signal } = options
    return fromEnvironment({
      options: { secret, owner, group, mode, signal },
      environment,
      directory,
      fileExists: existsSync,
    })
  }
  const file = findConfiguration({ config: options.config, environment, directory })
  reads?.(file)
  return readYaml(readConfiguration(file), file)
}

function readConfiguration(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const hint =
      code === 'ENOENT'
        ? 'name it by --config or KEYTURN_CONFIG, or write --secret NAME=REFERENCE without a file'
        : undefined
    throw new ConfigurationError(`the configuration "${file}" cannot be read: ${code}`, { hint })
  }
}

async function portsOf(
  { uid, gid, environment }: Surroundings,
  source: ConfigurationSource,
  reads?: (file: string) => void,
): Promise<ConfigurationPorts> {
  return {
    readText(file) {
      reads?.(file)
      return readFileSync(file, 'utf8')
    },
    parseTemplate: await templateParser(source),
    programExists: program => programExists(program, environment['PATH'] ?? ''),
    directoryExists: directory => statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true,
    cannotRemove,
    agent: { uid, gid },
  }
}

/** The template engine is loaded only where a template is configured. */
async function templateParser({ data }: ConfigurationSource): Promise<ConfigurationPorts['parseTemplate']> {
  if (!/"(template|contents)":/.test(JSON.stringify(data) ?? '')) {
    return () => ({ secrets: [] })
  }
  const { readTemplate } = await import('../template/read-template.ts')
  return readTemplate
}

export function programExists(program: string, searchPath: string): boolean {
  const candidates = isAbsolute(program)
    ? [program]
    : searchPath.split(delimiter).map(directory => join(directory, program))
  return candidates.some(candidate => {
    try {
      accessSync(candidate, constants.X_OK)
      return statSync(candidate).isFile()
    } catch {
      return false
    }
  })
}
