import { dirname } from 'node:path'
import type { FileSource, ResolvedConfiguration, ResolvedOutput } from '../config/resolved.ts'
import type { Clock } from '../core/ports.ts'
import { readAccountIds } from '../platform/account-ids.ts'
import type { Outside } from '../template/outside.ts'

export type TemplateSource = Extract<FileSource, { readonly kind: 'template' }>

/** What the template of one of an output's files may reach beside the secrets. */
export type ComposedOutside = (output: ResolvedOutput, source: TemplateSource) => Outside

export function composeOutside(configuration: ResolvedConfiguration, clock: Clock): ComposedOutside {
  const { allow, environment, readBelow, writeBelow } = configuration.templates
  const writes = allow.includes('writeToFile')
  const taken = writes ? takenPaths(configuration) : []
  const users = writes ? readAccountIds('/etc/passwd') : new Map<string, number>()
  const groups = writes ? readAccountIds('/etc/group') : new Map<string, number>()
  return ({ path, kind }, { allowWorldAccess }) => ({
    allow,
    environment,
    now: () => clock.now(),
    readBelow,
    writing: {
      below: [dirname(path), ...writeBelow],
      taken,
      own: kind === 'directory' ? path : undefined,
      worldAccess: allowWorldAccess,
      userId: name => users.get(name),
      groupId: name => groups.get(name),
    },
  })
}

/** All that is published, and what the agent keeps for itself. */
function takenPaths({ outputs, stateDirectory, keepDirectory }: ResolvedConfiguration): string[] {
  const published = outputs.flatMap(({ path, files }) => [
    path,
    ...files.filter(({ name }) => name !== '').map(({ name }) => `${path}/${name}`),
  ])
  return [...published, stateDirectory, ...(keepDirectory === undefined ? [] : [keepDirectory])]
}
