import { describe, expect, it } from 'vitest'
import { growthOf, type Sample } from '../../scripts/soak/growth.ts'
import { bodyOf, versionIn, versionsIn } from '../../scripts/soak/secrets.ts'

// A long run that cannot fail would prove nothing.

const steady: Sample = { memory: 100, anonymous: 50, descriptors: 30, threads: 4, files: 100, cpu: 50 }

/** So many samples, of which each grows by so much in the whole run, and every tenth is out of line. */
function samplesOf(grown: Partial<Sample>): Sample[] {
  return Array.from({ length: 600 }, (_, second) => {
    const sample: Record<keyof Sample, number> = { ...steady }
    for (const name of Object.keys(steady) as (keyof Sample)[]) {
      sample[name] += ((grown[name] ?? 0) * second) / 600
      if (second % 10 === 0) sample[name] *= 3
    }
    return sample
  })
}

const grown = (samples: readonly Sample[]) =>
  growthOf(samples)
    .filter(({ late, allowed }) => late > allowed)
    .map(({ name }) => name)

describe('growth in a long run', () => {
  it('is none where all stays as it is but for some peaks', () => {
    expect(grown(samplesOf({}))).toEqual([])
  })

  it('is none where all is taken in the first quarter', () => {
    const samples = samplesOf({})
    const warmUp = samples.slice(0, 150).map(sample => ({ ...sample, memory: 10, descriptors: 5 }))
    expect(grown([...warmUp, ...samples.slice(150)])).toEqual([])
  })

  it.each([
    [{ memory: 40 }, 'resident memory, MB'],
    [{ anonymous: 40 }, 'anonymous memory, MB'],
    [{ descriptors: 12 }, 'open files'],
    [{ threads: 1 }, 'threads'],
    [{ files: 200 }, 'files kept'],
    [{ cpu: 200 }, 'CPU, ms a second'],
  ])('is found: %o', (more, name) => {
    expect(grown(samplesOf(more))).toEqual([name])
  })
})

describe('what the application of a long run reads', () => {
  it('is a version where it is whole', () => {
    expect(versionIn(bodyOf(7, 12), 7)).toBe(12)
    const document = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [180 + n, bodyOf(180 + n, n)]))
    expect(versionsIn(JSON.stringify(document))?.get(185)).toBe(5)
  })

  it('is none where it is cut, mixed, or of another secret', () => {
    const body = bodyOf(7, 12)
    expect(versionIn(body.slice(0, -1), 7)).toBeUndefined()
    expect(versionIn(`${body}x`, 7)).toBeUndefined()
    expect(versionIn(body.replace('7:12:', '7:13:'), 7)).toBeUndefined()
    expect(versionIn(body, 8)).toBeUndefined()
    expect(versionIn('', 7)).toBeUndefined()
    expect(versionsIn('{"180": ')).toBeUndefined()
    expect(versionsIn(JSON.stringify({ 180: bodyOf(180, 1) }))).toBeUndefined()
  })
})
