import { describe, expect, it } from 'vitest'
import { renderOutside } from '../../support/render-outside.ts'

const now = () => Date.UTC(2026, 1, 3, 14, 5, 6, 789)

describe('timestamp', () => {
  it.each([
    ['{{ timestamp }}', '2026-02-03T14:05:06Z'],
    ['{{ timestamp "unix" }}', '1770127506'],
    ['{{ timestamp "2006-01-02" }}', '2026-02-03'],
    ['{{ timestamp "Mon, 2 Jan 2006 03:04:05.000 PM MST" }}', 'Tue, 3 Feb 2026 02:05:06.789 PM UTC'],
    ['{{ timestamp "" }}', ''],
  ])('writes the clock’s time in UTC: %s', async (text, content) => {
    expect(await renderOutside(text, { now })).toMatchObject({ content })
  })

  it('takes one layout', async () => {
    await expect(renderOutside('{{ timestamp "a" "b" }}', { now })).rejects.toThrow('one layout at most')
  })
})
