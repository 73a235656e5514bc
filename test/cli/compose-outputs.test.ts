import { describe, expect, it } from 'vitest'
import { composeOutputs } from '../../src/cli/compose-outputs.ts'
import type { ReadSecret } from '../../src/core/output.ts'
import { readTemplate } from '../../src/template/read-template.ts'
import { load } from '../config/load.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const read: ReadSecret = ({ path }) => ({
  version: '1',
  fields: new Map([['value', { content: path, value: path }]]),
})

const ends = { writeKey: new Uint8Array(32), clock: createVirtualClock() }

/** What each file of the configuration is rendered to, in its order; a failure as its message. */
async function render(yaml: string, environment: Record<string, string> = {}): Promise<unknown[]> {
  const { configuration, problems } = load(yaml, { environment })
  if (configuration === undefined) throw new Error(JSON.stringify(problems))
  const outputs = await composeOutputs(configuration, ends)
  return outputs.flatMap(({ files }) =>
    files.map(({ renderer }) => {
      try {
        const rendered = renderer.render(read)
        if (!('content' in rendered)) return rendered
        return rendered.declared?.map(({ path }) => path) ?? rendered.content
      } catch (error) {
        return String(error)
      }
    }),
  )
}

describe('the outputs of a configuration', () => {
  it('have templates that are parsed once, when the configuration is checked', async () => {
    const yaml = `
secrets: { a: "file:/a" }
outputs:
  /run/a: { contents: "{{ this is not parsed" }
`
    const { configuration } = load(yaml, {
      ports: { parseTemplate: (_text, reading) => readTemplate('{{ .a.value }}!', reading) },
    })
    if (configuration === undefined) throw new Error('the configuration has problems')
    const [output] = await composeOutputs(configuration, ends)
    expect(output?.files[0]?.renderer.render(read)).toMatchObject({ content: '/a!' })
  })

  it('read their templates with their delimiters, and their missing keys as they say', async () => {
    const yaml = `
secrets: { a: "file:/a" }
outputs:
  /run/a: { contents: "[[ .a.value ]]{{ x }}", delimiters: ["[[", "]]"] }
  /run/b: { contents: "{{ .a.none }}", error_on_missing_key: false }
  /run/c: { contents: "{{ .a.none }}" }
`
    expect(await render(yaml)).toEqual([
      '/a{{ x }}',
      '<no value>',
      expect.stringContaining('there is no key "none"'),
    ])
  })

  it('reach what their configuration allows: its environment, the agent’s clock, files', async () => {
    const yaml = `
templates: { allow: [env, timestamp, file], read_below: [/etc/app] }
outputs:
  /run/a: { contents: '{{ env "APP" }} {{ timestamp "unix" }} {{ file "/etc/app/x" }}' }
`
    const seconds = Math.floor(createVirtualClock().now() / 1000)
    expect(await render(yaml, { APP: 'shop' })).toEqual([`shop ${seconds} /etc/app/x`])
  })

  it('declare files below their directory or a named one, beside all that is there already', async () => {
    const declares = (path: string) => `{ contents: '{{ writeToFile "${path}" "" "" "0400" "x" }}' }`
    const yaml = `
templates: { allow: [writeToFile], write_below: [/run/keys] }
state: { keep: /run/keys/kept }
outputs:
  /run/app/a: ${declares('/run/app/new')}
  /run/app/b: ${declares('/run/keys/new')}
  /run/app/c: ${declares('/run/other')}
  /run/app/d: ${declares('/run/app/a')}
  /run/app/e: ${declares('/run/app/tls/new')}
  /run/app/f: ${declares('/run/app/.keyturn/state')}
  /run/app/g: ${declares('/run/keys/kept/new')}
  /run/app/tls/: { files: { one: ${declares('/run/app/tls/sub/new')}, two: ${declares('/run/app/tls/one')} } }
`
    expect(await render(yaml)).toEqual([
      ['/run/app/new'],
      ['/run/keys/new'],
      expect.stringContaining('a template may write below /run/app, /run/keys only'),
      expect.stringContaining('in the way of "/run/app/a"'),
      expect.stringContaining('in the way of "/run/app/tls"'),
      expect.stringContaining('in the way of "/run/app/.keyturn"'),
      expect.stringContaining('in the way of "/run/keys/kept"'),
      ['/run/app/tls/sub/new'],
      expect.stringContaining('in the way of "/run/app/tls/one"'),
    ])
  })

  it('let every user in by a file that they declare only where they say so', async () => {
    const contents = `'{{ writeToFile "/run/x" "" "" "0644" "x" }}'`
    const yaml = (more: string) =>
      `templates: { allow: [writeToFile] }\noutputs: { /run/a: { contents: ${contents}${more} } }\n`
    expect(await render(yaml(''))).toEqual([expect.stringContaining('gives every user access')])
    expect(await render(yaml(', allow_world_access: true'))).toEqual([['/run/x']])
  })
})
