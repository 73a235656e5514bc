import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { AgentEvent } from './actors.ts'

/** Collects the agent's log lines as they come; other lines (a message of the container's init) are passed over. */
export function readEvents(output: Readable, events: AgentEvent[]): void {
  createInterface({ input: output }).on('line', line => {
    if (!line.startsWith('{')) return
    const { event, time, level, msg } = JSON.parse(line) as Record<string, string>
    events.push({ event: event ?? '', at: Date.parse(time ?? ''), level: level ?? '', message: msg ?? '' })
  })
}
