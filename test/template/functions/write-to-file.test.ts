import { describe, expect, it } from 'vitest'
import {
  compileOutside,
  type OutsideSettings,
  password,
  renderOutside,
} from '../../support/render-outside.ts'

const key = '/run/app/key.pem'

async function declared(text: string, settings?: OutsideSettings) {
  const rendered = await renderOutside(text, settings)
  return 'content' in rendered ? rendered.declared : undefined
}

async function problemOf(text: string, settings?: OutsideSettings): Promise<string> {
  const error = await renderOutside(text, settings).catch(error => error)
  expect(JSON.stringify(error) + error.message + error.hint).not.toContain(password)
  return `${error.message} (${error.hint})`
}

describe('writeToFile', () => {
  it('declares a file and writes nothing where it stands', async () => {
    const text = `a{{ .db.password | writeToFile "${key}" "1000" "1001" "0440" }}b`
    expect(await renderOutside(text)).toMatchObject({
      content: 'ab',
      declared: [{ path: key, mode: 0o440, owner: 1000, group: 1001, content: password }],
    })
  })

  it('leaves user and group to the template’s own file where they are empty', async () => {
    expect(await declared(`{{ writeToFile "${key}" "" "" "400" "x" }}`)).toEqual([
      { path: key, mode: 0o400, owner: undefined, group: undefined, content: 'x' },
    ])
  })

  it('adds a line feed with "newline", and adds to what was declared before with "append"', async () => {
    const call = (flags: string, content: string) =>
      `{{ writeToFile "${key}" "" "" "0400" ${flags} "${content}" }}`
    expect(await declared(call('"newline"', 'one') + call('"append,newline"', 'two'))).toMatchObject([
      { content: 'one\ntwo\n' },
    ])
    expect(await declared(call('"append"', 'one'))).toMatchObject([{ content: 'one' }])
    expect(await declared(call('', 'one') + call('', 'two'))).toMatchObject([{ content: 'two' }])
  })

  it('keeps bytes, and begins anew with each rendering', async () => {
    const text = String.raw`{{ writeToFile "/run/app/k" "" "" "0400" "append" "\xc3" }}{{ writeToFile "/run/app/k" "" "" "0400" "append" "\xa9\xff" }}`
    const renderer = await compileOutside(text)
    const render = () => renderer.render(() => undefined)
    expect(render()).toMatchObject({ declared: [{ content: Buffer.from([0xc3, 0xa9, 0xff]) }] })
    expect(render()).toEqual(render())
  })

  it('declares nothing before all that the template asks for is there', async () => {
    const renderer = await compileOutside(`{{ writeToFile "${key}" "" "" "0400" .db.password }}`)
    expect(renderer.render(() => undefined)).toEqual({
      missing: [{ provider: 'memory', path: 'db' }],
      used: [],
    })
  })

  it('knows names by the accounts of the agent’s container, and else takes numbers', async () => {
    const writing = {
      userId: (name: string) => (name === 'nginx' ? 101 : undefined),
      groupId: (name: string) => (name === 'www' ? 82 : undefined),
    }
    const call = (user: string, group: string) => `{{ writeToFile "${key}" "${user}" "${group}" "0400" "x" }}`
    expect(await declared(call('nginx', 'www'), { writing })).toMatchObject([{ owner: 101, group: 82 }])
    expect(await problemOf(call('www', ''), { writing })).toMatch(
      /no such user here \(write its number.*\/etc\/passwd/,
    )
    expect(await problemOf(call('', 'nginx'), { writing })).toMatch(/no such group here.*\/etc\/group/)
    expect(await problemOf(call('4294967295', ''))).toContain('no such user')
  })

  it.each([
    ['key.pem', 'the path is relative'],
    ['/etc/key.pem', 'a template may write below /run/app, /run/more only'],
    ['/run/app/../key.pem', 'a template may write below /run/app, /run/more only'],
    ['/run/app', 'a template may write below /run/app, /run/more only'],
    ['/run/app/key/', 'the path names no file'],
    ['/run/app/other', 'the path is in the way of "/run/app/other"'],
    ['/run/app/other/below', 'the path is in the way of "/run/app/other"'],
    ['/run/app/tls', 'the path is in the way of "/run/app/tls"'],
    ['/run/app/tls/cert.pem', 'the path is in the way of "/run/app/tls/cert.pem"'],
    ['/run/app/tls/cert.pem/x', 'the path is in the way of "/run/app/tls/cert.pem"'],
    ['/run/app/.keyturn/state', 'the path is in the way of "/run/app/.keyturn"'],
  ])('refuses the path %s', async (path, problem) => {
    const writing = {
      below: ['/run/app', '/run/more'],
      taken: ['/run/app/other', '/run/app/tls', '/run/app/tls/cert.pem', '/run/app/.keyturn'],
      own: '/run/app/tls',
    }
    expect(await problemOf(`{{ writeToFile "${path}" "" "" "0400" "x" }}`, { writing })).toContain(problem)
    expect(
      await declared('{{ writeToFile "/run/app/tls/key.pem" "" "" "0400" "x" }}', { writing }),
    ).toHaveLength(1)
    expect(await declared('{{ writeToFile "/run/more/x" "" "" "0400" "x" }}', { writing })).toHaveLength(1)
  })

  it('refuses a path that lies in another that is declared', async () => {
    const call = (path: string) => `{{ writeToFile "${path}" "" "" "0400" "x" }}`
    expect(await problemOf(call('/run/app/x') + call('/run/app/x/y'))).toContain('would lie in another')
    expect(await problemOf(call('/run/app/x/y') + call('/run/app/x'))).toContain('would lie in another')
  })

  it('refuses what is no mode, and one that lets every user in unless the output does', async () => {
    const call = (mode: string) => `{{ writeToFile "${key}" "" "" "${mode}" "x" }}`
    for (const mode of ['', '0x1ff', '0888', '7777', 'rw']) {
      expect(await problemOf(call(mode))).toContain('the mode is no octal permission bits')
    }
    expect(await problemOf(call('0644'))).toContain('the mode gives every user access')
    expect(await declared(call('0644'), { writing: { worldAccess: true } })).toMatchObject([{ mode: 0o644 }])
  })

  it.each(['', '"a" "b" "c"'])('takes a content, or flags and a content, not %s', async rest => {
    expect(await problemOf(`{{ writeToFile "${key}" "" "" "0400" ${rest} }}`)).toContain(
      'are followed by the content, or by flags and the content',
    )
  })

  it('shows no argument in a message, for each may come from a secret', async () => {
    for (const position of [0, 1, 2, 3]) {
      const args = ['"/run/app/x"', '""', '""', '"0400"', '"x"']
      args[position] = '.db.password'
      await problemOf(`{{ writeToFile ${args.join(' ')} }}`)
    }
  })

  it('is bounded in all that it declares', async () => {
    const text = `{{ $x := "x" }}{{ range loop 21 }}{{ $x = print $x $x }}{{ end }}{{ range loop 3 }}{{ writeToFile "${key}" "" "" "0400" "append" $x }}{{ end }}`
    expect(await problemOf(text)).toContain('the text is larger than 4 MiB')
  })
})
