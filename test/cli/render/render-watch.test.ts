import { describe, expect, it } from 'vitest'
import { openRenderWorkplace } from '../../support/render-workplace.ts'
import { waitUntil } from '../../support/wait-until.ts'

function openWatched() {
  const { render, ...workplace } = openRenderWorkplace()
  const ending = new AbortController()
  let printed = ''
  const start = (args: readonly string[]) =>
    render([...args, '--watch'], {
      terminate: ending.signal,
      printed: text => {
        printed += text
      },
    })
  /** Once it has printed so and looks at its files again. */
  const shown = (text: string) =>
    waitUntil(() => new RegExp(`${text}[^]*watching \\d files\\n`).test(printed))
  return { ...workplace, start, shown, end: () => ending.abort() }
}

describe('rendering again', () => {
  it('follows a template and its data, also through a mistake, until it is told to end', async () => {
    const { write, start, shown, end } = openWatched()
    write('a.tmpl', 'one {{ .x }}\n')
    write('data.json', { x: 1 })
    const ended = start(['a.tmpl', '--data', 'data.json'])
    await shown('one 1')
    write('a.tmpl', 'three {{ .x }}\n')
    await shown('a.tmpl changed[^]*three 1')
    write('data.json', { x: 42 })
    await shown('data.json changed[^]*three 42')
    write('a.tmpl', 'three {{ .x\n')
    await shown('keyturn: a.tmpl:2:1: unclosed action')
    write('a.tmpl', 'five {{ .x }}\n')
    await shown('five 42')
    end()
    expect(await ended).toMatchObject({ code: 0 })
  })

  it('follows a configuration and the templates that it names', async () => {
    const { path, write, start, shown, end } = openWatched()
    const configuration = (file: string) =>
      `secrets: { db: "file:/nowhere" }\noutputs: { ${path}/out: { template: ${file} } }\ndefaults: { owner: 10001 }\n`
    write('keyturn.yaml', configuration('absent.tmpl'))
    write('data.json', { db: 'x' })
    const ended = start(['--config', 'keyturn.yaml', '--data', 'data.json'])
    await shown('absent.tmpl" cannot be read')
    write('absent.tmpl', 'one {{ .db.value }}\n')
    await shown('absent.tmpl changed[^]*one ‹.db.value›')
    write('b.tmpl', 'two {{ .db.value }}\n')
    write('keyturn.yaml', configuration('b.tmpl'))
    await shown('keyturn.yaml changed[^]*two ‹.db.value›')
    end()
    expect(await ended).toMatchObject({ code: 0 })
  })
})
