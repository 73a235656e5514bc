import { describe, expect, it } from 'vitest'
import { openRenderWorkplace } from '../../support/render-workplace.ts'

/** Renders an output with this template, in which `DIR` stands for the directory of the configuration. */
async function render(contents: string) {
  const workplace = openRenderWorkplace()
  const { path, write } = workplace
  write('texts/a', 'hello ')
  write('data.json', { db: { password: 'x' } })
  write(
    'keyturn.yaml',
    `secrets: { db: "file:/nowhere" }
templates: { allow: [file, writeToFile], read_below: [texts] }
outputs: { ${path}/out/app: { contents: '${contents.replaceAll('DIR', path)}{{ .db.password }}' } }
`,
  )
  const args = ['--config', 'keyturn.yaml', '--data', 'data.json', '--reveal']
  return { path, ...(await workplace.render(args)) }
}

describe('rendering with data that is given', () => {
  it('reads the files that templates may read, and shows those that they would write', async () => {
    const { path, code, out } = await render(
      '{{ file "DIR/texts/a" }}{{ writeToFile "DIR/out/b" "" "" "0440" "further" }}',
    )
    expect(code).toBe(0)
    expect(out).toContain('hello x')
    expect(out).toContain(`── ${path}/out/b ── 0440`)
    expect(out).toContain('further')
  })

  it('says which file it lacks', async () => {
    const { path, code, error } = await render('{{ file "DIR/texts/absent" }}')
    expect(code).toBe(4)
    expect(error).toContain(`"${path}/texts/absent" does not exist`)
  })
})
