import { readCarried, writeCarried } from '../agent/carried-text.ts'
import type { Carried } from '../agent/watched-secret.ts'
import type { ResolvedConfiguration } from '../config/resolved.ts'
import { messageOf } from '../core/errors.ts'
import { isJsonObject, type Json, parseJson, writeJson } from '../core/json.ts'
import type { Journal, Provider } from '../core/ports.ts'
import { createFileSystem } from '../publish/file-system.ts'
import { openKeptFile } from '../publish/kept-file.ts'
import type { Before } from './compose-agent.ts'

type Configured = Pick<ResolvedConfiguration, 'stateDirectory' | 'keepDirectory' | 'outputs'>

/** What `state.keep` keeps: sessions and leases, so that a restart issues nothing that is still alive. */
export interface KeptState {
  /** What an agent before this process left; nothing where that cannot be used, which is recorded. */
  load(now: number): Partial<Pick<Before, 'carried' | 'remembered' | 'writeKey'>>
  save(left: Pick<Before, 'carried' | 'writeKey'>, providers: Iterable<Provider>): void
}

const format = 'keyturn leases 1'

/** @throws PublishError, ConfigurationError where the directory is no place for it */
export function openKeptState(
  { keepDirectory, stateDirectory, outputs }: Configured,
  journal: Journal,
): KeptState | undefined {
  if (keepDirectory === undefined) return undefined
  const paths = [stateDirectory, ...outputs.map(({ path }) => path)]
  const file = openKeptFile({ fileSystem: createFileSystem(), directory: keepDirectory, outputs: paths })
  let written: string | undefined
  let failure: string | undefined

  return {
    load(now) {
      try {
        const text = file.read()
        return text === undefined ? {} : readLeft(text, { of: stateDirectory, now })
      } catch (error) {
        const message = `nothing is taken over from an agent before: ${messageOf(error)}`
        journal.record('warn', 'kept_state_unusable', message, { directory: keepDirectory })
        return {}
      }
    },
    save(left, providers) {
      const text = writeLeft(left, { of: stateDirectory, providers })
      if (text === written) return
      try {
        file.write(text)
        written = text
        failure = undefined
      } catch (error) {
        const message = messageOf(error)
        // The same failure again is no change of state.
        const severity = message === failure ? 'debug' : 'warn'
        failure = message
        journal.record(severity, 'state_not_kept', message, { directory: keepDirectory })
      }
    },
  }
}

function writeLeft(
  { carried, writeKey }: Pick<Before, 'carried' | 'writeKey'>,
  { of, providers }: { of: string; providers: Iterable<Provider> },
): string {
  const remembered = new Map<string, string>()
  for (const provider of providers) {
    const session = provider.remember?.()
    if (session !== undefined) remembered.set(provider.name, session)
  }
  return writeJson(
    new Map<string, Json>([
      ['format', format],
      ['of', of],
      ['writeKey', Buffer.from(writeKey).toString('hex')],
      ['sessions', remembered],
      ['leases', writeCarried(withSessions(carried, remembered))],
    ]),
  )
}

/** A lease without its session is worth nothing to anybody. */
function withSessions({ secrets, retired }: Carried, remembered: ReadonlyMap<string, string>): Carried {
  const has = (key: string) => remembered.has(key.slice(0, key.indexOf(':')))
  return {
    secrets: new Map([...secrets].filter(([key, { lease }]) => lease?.lease.id === '' || has(key))),
    retired: retired.filter(({ key }) => has(key)),
  }
}

/** @throws Error that names nothing of the text */
function readLeft(text: string, { of, now }: { of: string; now: number }): ReturnType<KeptState['load']> {
  const { root } = parseJson(text)
  const left = isJsonObject(root) ? root : new Map<string, Json>()
  if (left.get('format') !== format) throw new TypeError('it is of another version of keyturn')
  if (left.get('of') !== of) throw new TypeError(`it is of another agent, whose state is not in "${of}"`)
  const [writeKey, sessions] = [left.get('writeKey'), left.get('sessions')]
  if (typeof writeKey !== 'string' || !isJsonObject(sessions)) throw new TypeError('it is damaged')
  const remembered = [...sessions].flatMap(([name, session]): [string, string][] =>
    typeof session === 'string' ? [[name, session]] : [],
  )
  return {
    writeKey: Buffer.from(writeKey, 'hex'),
    remembered: new Map(remembered),
    carried: readCarried(left.get('leases'), now),
  }
}
