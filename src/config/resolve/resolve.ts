import path from 'node:path'
import type { ListenAddress, ResolvedConfiguration } from '../resolved.ts'
import { checkOutputPaths, defaultStateDirectory } from './check-output-paths.ts'
import { namesIn, type Resolution, report } from './resolution.ts'
import { resolveNotifiers } from './resolve-notifiers.ts'
import { resolveOutputs } from './resolve-outputs.ts'
import { resolveProviders } from './resolve-providers.ts'
import { createSecretBook, type SecretBook } from './resolve-secrets.ts'
import { resolveTemplates, templateFiles } from './resolve-templates.ts'

/**
 * Turns a configuration that fits the schema into plain data, reporting what the schema could not see. The result is
 * whole only where nothing was reported. `reloadIndexes` are the places in the document of the entries of `reload`.
 */
export function resolve(resolution: Resolution, reloadIndexes: readonly number[]): ResolvedConfiguration {
  const { input } = resolution
  const secrets = createSecretBook(resolution, resolveProviders(resolution))
  const outputs = resolveOutputs(resolution, secrets)
  const stateDirectory =
    input.state_dir === undefined ? defaultStateDirectory(outputs) : resolution.absolute(input.state_dir)
  const templates = resolveTemplates(resolution)
  checkOutputPaths(resolution, stateDirectory)
  checkThatAllIsUsed(resolution, secrets)
  return {
    providers: [...secrets.providers, ...templateFiles(templates)],
    secrets: secrets.secrets,
    outputs,
    templates,
    notifiers: resolveNotifiers(resolution, reloadIndexes),
    settleMs: input.settle,
    startTimeoutMs: input.start_timeout,
    stateDirectory,
    keepDirectory: resolveKeepDirectory(resolution, stateDirectory),
    allowNonTmpfs: input.allow_non_tmpfs.map(resolution.absolute),
    listen: input.listen === undefined ? undefined : resolveListen(resolution, input.listen),
    log: input.log,
  }
}

/** Nobody who sees the outputs may see the token. That it is another volume can only be seen where it is mounted. */
function resolveKeepDirectory(resolution: Resolution, stateDirectory: string): string | undefined {
  const { keep } = resolution.input.state
  if (keep === undefined) return undefined
  const directory = resolution.absolute(keep)
  const outputs = Object.keys(resolution.input.outputs).map(name => resolution.absolute(name))
  const shared = [stateDirectory, ...outputs].find(
    place => isInside(directory, path.dirname(place)) || isInside(place, directory),
  )
  if (shared !== undefined) {
    report(resolution, {
      path: ['state', 'keep'],
      message: `"${keep}" lies where applications find their outputs`,
      hint: 'whoever mounts the outputs would see the token of the agent: mount another tmpfs for it, which no application mounts',
    })
  }
  return directory
}

function isInside(place: string, directory: string): boolean {
  return place === directory || place.startsWith(directory === '/' ? directory : `${directory}/`)
}

function checkThatAllIsUsed(resolution: Resolution, secrets: SecretBook): void {
  const { source, input } = resolution
  const outputNames = namesIn(source, 'outputs')
  if (outputNames.length === 0 && Object.keys(Object(source.data)).includes('outputs')) {
    report(resolution, {
      path: ['outputs'],
      at: 'key',
      message: 'there is no output',
      hint: 'write at least one, such as /run/secrets/db_password: { value: db.password }',
    })
  }
  // An output that is broken may be the one that uses it.
  if (outputNames.length !== Object.keys(input.outputs).length) return
  for (const name of secrets.unused) {
    report(resolution, {
      path: ['secrets', name],
      at: 'key',
      message: `the secret "${name}" is not used`,
      hint: 'use it in an output, or remove it',
    })
  }
}

function resolveListen(resolution: Resolution, text: string): ListenAddress | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]/]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? '', port }
  report(resolution, {
    path: ['listen'],
    message: `"${text}" is not an address to listen on`,
    hint: 'write a host and a port, such as 127.0.0.1:9102 or [::1]:9102',
  })
  return undefined
}
