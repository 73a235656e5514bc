import type { Settings } from './draft.ts'
import { present } from './present.ts'
import type { Section } from './section.ts'

/** Mode and owner as the agents give them: 0644 and their own, unless they are told otherwise. */
export function importAccess(section: Section): Settings {
  const owner = idOf(section, ['user', 'uid'])
  const group = idOf(section, ['group', 'gid'])
  const mode = modeOf(section)
  const worldAccess = (mode & 0o7) !== 0
  if (worldAccess) section.report.difference(section.originOf('perms'), section.name('perms'), worldRemedy)
  return present({
    owner,
    // Without a group the file keeps that of the agent, which must be root to give it away; keyturn would take the owner's.
    group: group ?? (owner === undefined ? undefined : 0),
    mode: mode.toString(8).padStart(4, '0'),
    allow_world_access: worldAccess ? true : undefined,
  })
}

const usualMode = 0o644

function modeOf(section: Section): number {
  const entry = section.take('perms')
  if (entry === undefined) return usualMode
  const mode = typeof entry.value === 'string' ? Number.parseInt(entry.value, 8) : Number(entry.value)
  if (mode === 0) return usualMode
  if (mode > 0 && mode <= 0o777) return mode
  section.report.todo(
    entry.origin,
    section.name('perms'),
    'these are not permission bits that keyturn has: 0644 stands there now',
  )
  return usualMode
}

function idOf(section: Section, keys: readonly string[]): number | undefined {
  const entry = keys.map(key => section.take(key)).find(found => found !== undefined)
  if (entry === undefined || entry.value === '') return undefined
  if (/^\d+$/.test(String(entry.value))) return Number(entry.value)
  if (entry.value === 'root') return 0
  const what = keys[0] === 'user' ? 'owner' : 'group'
  section.report.todo(
    entry.origin,
    section.name(entry.key),
    `names differ between containers: write the number of ${JSON.stringify(entry.value)} there as "${what}" (as "id" prints it)`,
  )
  return undefined
}

const worldRemedy =
  'every user may read it, as before: with the application as "owner" you can take "mode" and "allow_world_access" out'
