import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createClock } from '../../src/platform/clock.ts'

describe('the clock', () => {
  it('counts from the boot of the machine, forwards', () => {
    const clock = createClock()
    const before = clock.uptime()
    expect(before).toBeGreaterThan(0)
    expect(clock.uptime()).toBeGreaterThanOrEqual(before)
  })

  it('ends a sleep with the signal’s reason, however long it would be', async () => {
    const ending = new AbortController()
    const sleep = createClock().sleep(Number.POSITIVE_INFINITY, ending.signal)
    const reason = new Error('enough')
    ending.abort(reason)
    await expect(sleep).rejects.toBe(reason)
    await expect(createClock().sleep(1, ending.signal)).rejects.toBe(reason)
  })
})

describe('a machine that was suspended', () => {
  const { signal } = new AbortController()

  /** A machine whose timers count only what it is awake; `suspend` is what boot time counts beyond that. */
  function bootMachine() {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const bootedAt = Date.now()
    let suspendedMs = 0
    const clock = createClock({ now: Date.now, uptime: () => Date.now() - bootedAt + suspendedMs })
    const ended: string[] = []
    const sleep = (name: string, ms: number) => clock.sleep(ms, signal).then(() => ended.push(name))
    return { clock, ended, sleep, suspend: (ms: number) => (suspendedMs += ms) }
  }

  it('ends each sleep whose time has come, at most 30 s after it goes on', async () => {
    const { ended, sleep, suspend } = bootMachine()
    sleep('a minute', 60_000)
    sleep('an hour', 3_600_000)
    sleep('a day', 86_400_000)
    await vi.advanceTimersByTimeAsync(5_000)
    suspend(2 * 3_600_000)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(ended).toEqual(['a minute', 'an hour'])
  })

  it('does not end a sleep early that is no whole millisecond', async () => {
    const { ended, sleep } = bootMachine()
    sleep('a little', 1.2)
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toEqual(['a little'])
  })

  it('lets the rest of a sleep pass that has not ended', async () => {
    const { ended, sleep, suspend } = bootMachine()
    sleep('a day', 86_400_000)
    suspend(86_400_000 - 100_000)
    await vi.advanceTimersByTimeAsync(99_000)
    expect(ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ended).toEqual(['a day'])
  })
})
