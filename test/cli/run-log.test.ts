import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AgentProcess, createWorkplace, type Workplace } from '../support/agent-process.ts'
import { waitUntil } from '../support/wait-until.ts'

let place: Workplace

beforeEach(() => {
  place = createWorkplace()
})

afterEach(() => place[Symbol.asyncDispose]())

function configuration(contents: string): string {
  return `secrets: { db: "file:${place.directory}/db" }
outputs:
  ${place.secrets}/app.conf: { template: app.tmpl }
  ${place.secrets}/b:
    contents: |
      first
      ${contents}
defaults: { owner: ${process.getuid?.() ?? 0} }
`
}

async function lineOf(agent: AgentProcess, event: string): Promise<Record<string, unknown>> {
  await waitUntil(() => agent.log.some(line => line['event'] === event))
  return agent.log.find(line => line['event'] === event) ?? {}
}

describe('the log of a running agent', () => {
  it('has one line for a template that fails, with its place apart and without the line as it is written', async () => {
    place.write('db', '{"user":"u","password":"p"}')
    place.write('app.tmpl', 'one\ncanary {{ .db.user }}\n')
    place.configure(configuration('b={{ .db.password }}'))
    const agent = place.run()
    await lineOf(agent, 'published')
    place.write('db', '{"usr":"u","password":"p"}')

    const file = `${place.directory}/app.tmpl`
    expect(await lineOf(agent, 'render_failed')).toMatchObject({
      level: 'error',
      msg: `${file}:2:14: there is no key "user"`,
      output: `${place.secrets}/app.conf`,
      file,
      line: 2,
      column: 14,
      hint: 'did you mean "usr"? there are usr, password',
    })
    expect(agent.printed()).not.toContain('canary')
  })

  it('has one line for each mistake of a configuration that is not taken over', async () => {
    place.write('db', '{"user":"u"}')
    place.write('app.tmpl', '{{ .db.user }}\n')
    place.configure(configuration('b={{ .db.user }}'))
    const agent = place.run()
    await lineOf(agent, 'published')
    place.write('app.tmpl', '{{ if .db.user }}\n')
    place.configure(configuration('canary {{ urlqurey .db.user }}'))
    agent.child.kill('SIGHUP')

    await waitUntil(() => agent.log.filter(({ event }) => event === 'reload_refused').length === 2)
    const refused = agent.log.filter(({ event }) => event === 'reload_refused')
    expect(refused).toEqual([
      expect.objectContaining({
        msg: `${place.directory}/app.tmpl:2:1: unexpected end of file`,
        file: `${place.directory}/app.tmpl`,
        line: 2,
        column: 1,
        hint: 'the {{ if }} in line 1 is not closed: write {{ end }} where it ends',
      }),
      expect.objectContaining({
        file: `${place.directory}/keyturn.yaml`,
        line: 7,
        column: 17,
        hint: 'did you mean "urlquery"?',
      }),
    ])
    expect(agent.printed()).not.toContain('canary')
  })
})
