import { describe, expect, it } from 'vitest'
import { compileOutside, password, renderOutside } from '../../support/render-outside.ts'

const readBelow = ['/etc/app', '/srv']
const banner = { provider: 'template file', path: '/etc/app/banner' }

describe('file', () => {
  it('answers a file below one of its directories, which is watched like a secret', async () => {
    const renderer = await compileOutside('{{ file " /etc/app/x/..//banner " }}|{{ file "/srv/y" }}', {
      readBelow,
    })
    expect(renderer.references).toEqual([banner, { provider: 'template file', path: '/srv/y' }])
    expect(renderer.render(() => undefined)).toMatchObject({ missing: renderer.references })
    expect(await renderOutside('{{ file "/etc/app/banner" }}', { readBelow })).toMatchObject({
      content: 'content of /etc/app/banner',
      used: [banner],
    })
  })

  it('answers bytes as they are, and nothing for no path', async () => {
    const renderer = await compileOutside('{{ file "/srv/y" }}{{ file "" }}', { readBelow })
    const content = Buffer.from([0xff, 0x41])
    const fields = new Map([['value', { content, value: content }]])
    expect(renderer.render(() => ({ version: '1', fields }))).toMatchObject({ content })
  })

  it.each([
    ['{{ file "/etc/passwd" }}', 'a template may read below /etc/app, /srv only'],
    ['{{ file "/etc/app/../shadow" }}', 'a template may read below /etc/app, /srv only'],
    ['{{ file "banner" }}', 'the path is relative'],
    ['{{ file .db.password }}', 'the path is relative'],
  ])('is kept within them: %s', async (text, problem) => {
    const error = await renderOutside(text, { readBelow }).catch(error => error)
    expect(error.message).toContain(`file: ${problem}`)
    expect(error.message + error.hint).not.toContain(password)
  })
})
