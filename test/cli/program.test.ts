import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../support/command-line.ts'

const run = (...args: string[]) => runCommandLine(args)

const commands = [
  'run',
  'once',
  'check',
  'render',
  'import',
  'schema',
  'status',
  'refresh',
  'healthcheck',
  'dev-store',
  'version',
]

describe('the command line', () => {
  it('names every command in its help', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
  })

  it('shows examples in the help of each command that takes anything', async () => {
    for (const command of commands.filter(name => name !== 'version')) {
      const { code, out } = await run(command, '--help')
      expect({ command, code }).toEqual({ command, code: 0 })
      expect(out).toMatch(new RegExp(`Examples:\\n  .*keyturn(\\.js)? ${command}`))
    }
  })

  it('suggests what was meant, and ends with 2', async () => {
    expect(await run('statsu')).toMatchObject({
      code: 2,
      error: expect.stringContaining('Did you mean status?'),
    })
    expect(await run('run', '--confg', 'x')).toMatchObject({
      code: 2,
      error: expect.stringContaining('Did you mean --config?'),
    })
  })

  it('prints the version of the package', async () => {
    expect((await run('version')).out).toMatch(/^keyturn \d+\.\d+\.\d+\n$/)
  })

  it('shows an error and its hint apart, without a stack', async () => {
    const { code, error } = await run('check', '--config', '/nowhere.yaml')
    expect(code).toBe(2)
    expect(error).toBe(`keyturn: the configuration "/nowhere.yaml" cannot be read: ENOENT
  hint: name it by --config or KEYTURN_CONFIG, or write --secret NAME=REFERENCE without a file
`)
  })
})
