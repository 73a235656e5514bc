import { describe, expect, it } from 'vitest'
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
