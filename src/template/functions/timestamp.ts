import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { formatTime } from './sprig/format-time.ts'

const rfc3339 = '2006-01-02T15:04:05Z07:00'

/** consul-template's `timestamp`, `timestamp "unix"` and `timestamp "layout"`, in UTC. */
export const timestampFunctions: FunctionGroup = {
  timestamp: {
    parameters: [],
    variadic: 'string',
    call([layout = rfc3339, ...more]: readonly string[], { outside }) {
      if (more.length > 0) throw new RenderError('it takes one layout at most')
      const ms = outside.now()
      const seconds = Math.floor(ms / 1000)
      if (layout === 'unix') return String(seconds)
      const nanoseconds = Math.floor((ms - seconds * 1000) * 1_000_000)
      return formatTime({ seconds: BigInt(seconds), nanoseconds, offsetSeconds: 0, zone: 'UTC' }, layout)
    },
  },
}
