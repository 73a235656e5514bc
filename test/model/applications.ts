import { NotifyError } from '../../src/core/errors.ts'
import type { Clock, Notifier, Publication } from '../../src/core/ports.ts'
import { outputOf } from './configurations.ts'
import type { Life } from './life.ts'
import type { Seen } from './volume.ts'

/** A process that reads at its start and when it is told, as most do. */
export interface Application {
  readonly name: string
  /** The outputs that it reads, and is told of; undefined for all. */
  readonly on: readonly string[] | undefined
  /** What it read last, by path. */
  readonly read: ReadonlyMap<string, string>
  restart(): void
  /** While it is deaf nobody can tell it anything. */
  deaf: boolean
  /** Until it answers; it reads when it is told, and may miss what comes after. */
  latencyMs: number
  /** Whether it may have read what was there before a publication; one that cannot say is told in any case. */
  isOlderThan(publication: Pick<Publication, 'publishedUptimeMs'>): boolean
  /** How an agent process tells it; what `telling` answers is called once it is told. */
  notifier(life: Life, telling: (publication: Publication) => () => void): Notifier
}

interface Settings {
  readonly name: string
  readonly on?: readonly string[]
  /** As the notifier `signal`: who started later is not told. Else as a webhook, which knows nothing of processes. */
  readonly signalled: boolean
  readonly look: () => Seen
}

/** A publication's instant may be a little earlier than its last rename, see `swapMs` in src/notify/signal.ts. */
const swapMs = 100

export function createApplication({ name, on, signalled, look }: Settings, clock: Clock): Application {
  let startedAt = clock.uptime()
  let read = new Map<string, string>()

  function readAll(): void {
    for (const [path, { text }] of look()) if (on?.includes(outputOf(path)) !== false) read.set(path, text)
  }

  const application: Application = {
    name,
    on,
    deaf: false,
    latencyMs: 0,
    get read() {
      return read
    },
    restart() {
      startedAt = clock.uptime()
      read = new Map()
      readAll()
    },
    isOlderThan: ({ publishedUptimeMs }) => !signalled || startedAt <= publishedUptimeMs + swapMs,
    notifier(life, telling) {
      return {
        id: name,
        on,
        first: signalled,
        splayMs: 0,
        async notify(publication, signal) {
          life.effect()
          const told = telling(publication)
          const { deaf } = application
          if (!deaf) {
            if (application.isOlderThan(publication)) readAll()
            told()
            life.effect()
          }
          if (application.latencyMs > 0) await life.clock.sleep(application.latencyMs, signal)
          if (deaf) throw new NotifyError(`${name} does not listen`)
          life.effect()
          return 'told'
        },
      }
    },
  }
  return application
}

/** What it has read, and what is no longer shown: another content is there. */
export function outdated({ read }: Application, now: Seen): string[] {
  return [...read].flatMap(([path, text]) => {
    const shown = now.get(path)
    return shown === undefined || shown.text === text ? [] : [path]
  })
}
