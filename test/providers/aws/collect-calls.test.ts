import { describe, expect, it } from 'vitest'
import { type Call, collectCalls } from '../../../src/providers/aws/collect-calls.ts'

const signal = new AbortController().signal

describe('calls that are made in one turn', () => {
  it('are sent together, at most the limit at a time', async () => {
    const sent: string[][] = []
    const call = collectCalls<string>(2, async calls => {
      sent.push(calls.map(({ id }) => id))
      for (const { id, resolve } of calls) resolve(id.toUpperCase())
    })
    expect(await Promise.all(['a', 'b', 'c'].map(id => call(id, signal)))).toEqual(['A', 'B', 'C'])
    expect(await call('d', signal)).toBe('D')
    expect(sent).toEqual([['a', 'b'], ['c'], ['d']])
  })

  it('are not sent where they were given up meanwhile', async () => {
    const sent: string[] = []
    const call = collectCalls<string>(2, async calls => {
      for (const { id, resolve } of calls) {
        sent.push(id)
        resolve(id)
      }
    })
    const aborting = new AbortController()
    const given = call('a', aborting.signal)
    const kept = call('b', signal)
    aborting.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect(await kept).toBe('b')
    expect(sent).toEqual(['b'])
  })

  it('all fail where sending fails, and their request ends when none is waited for', async () => {
    const failing = collectCalls<string>(2, () => Promise.reject(new Error('no answer')))
    const results = await Promise.allSettled([failing('a', signal), failing('b', signal)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])

    const begun = Promise.withResolvers<readonly [readonly Call<string>[], AbortSignal]>()
    const hanging = collectCalls<string>(2, (calls, sending) => {
      begun.resolve([calls, sending])
      return new Promise(() => {})
    })
    const aborting = [new AbortController(), new AbortController()]
    const asked = aborting.map(each => hanging('a', each.signal).catch(() => 'given up'))
    const [, sending] = await begun.promise
    aborting[0]?.abort()
    expect(sending.aborted).toBe(false)
    aborting[1]?.abort()
    expect(sending.aborted).toBe(true)
    expect(await Promise.all(asked)).toEqual(['given up', 'given up'])
  })
})
