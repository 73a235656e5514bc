import { onTestFinished } from 'vitest'
import { type Agent, createAgent } from '../../src/agent/agent.ts'
import type { Parts, Plan } from '../../src/agent/plan.ts'
import type { Output } from '../../src/core/output.ts'
import type { Random } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import {
  createMemoryJournal,
  createMemoryNotifier,
  createMemoryProvider,
  createMemoryPublisher,
} from './memory-ends.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** The agent between ends in memory, under a clock that a test turns; it ends with the test. */
export function openHouse(
  outputs: readonly Output[],
  settings: Partial<Plan> & {
    refreshMs?: number
    optional?: string[]
    removed?: string[]
    revokeAfterMs?: number
    random?: Random
  } = {},
) {
  const clock = createVirtualClock()
  const provider = createMemoryProvider(clock)
  const publisher = createMemoryPublisher(clock)
  const journal = createMemoryJournal()
  const notifier = createMemoryNotifier(clock)
  const {
    refreshMs = 60_000,
    optional = [],
    removed = [],
    revokeAfterMs = 5_000,
    random = () => 0.5,
    ...rest
  } = settings
  const paths = new Set(
    outputs.flatMap(output => output.files.flatMap(file => file.renderer.references.map(({ path }) => path))),
  )
  const plan: Plan = {
    secrets: [...paths].map(path => ({
      names: [path],
      reference: parseReference(`memory:${path}`),
      refreshMs,
      optional: optional.includes(path),
      revokeAfterMs,
      onRevoked: removed.includes(path) ? 'remove' : 'keep',
    })),
    outputs,
    notifiers: [notifier],
    settleMs: 100,
    startTimeoutMs: 60_000,
    refreshMsOf: () => refreshMs,
    revokeAfterMsOf: () => revokeAfterMs,
    ...rest,
  }
  const parts: Parts = {
    providers: new Map([['memory', provider]]),
    publisher,
    clock,
    random,
    journal,
  }
  const agent = createAgent(plan, parts)
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const start = () => {
    const ended = agent.run(end.signal)
    ended.catch(() => undefined)
    return ended
  }
  /** Starts the agent that comes after, once this one has ended, as at a new configuration. */
  const follow = (changes: Partial<Plan> = {}) => {
    startNext(createAgent({ ...plan, ...changes }, parts, agent.carried))
  }
  /** Starts one that knows only what is on disk. */
  const restart = () => startNext(createAgent(plan, parts))
  const startNext = (next: Agent) => {
    const nextEnd = new AbortController()
    onTestFinished(() => nextEnd.abort())
    next.run(nextEnd.signal).catch(() => undefined)
  }
  return { clock, provider, publisher, journal, notifier, agent, end, start, follow, restart }
}
