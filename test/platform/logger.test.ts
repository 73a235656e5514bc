import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from '../../src/platform/logger.ts'

function logged(options: Partial<LoggerOptions>): string {
  let text = ''
  const write = (line: string) => {
    text += line
  }
  const journal = createLogger({ level: 'info', format: 'json', colour: false, write, ...options })
  journal.record('debug', 'lease_renewed', 'lease of vault:db renewed')
  journal.record('warn', 'secret_failed', 'vault is sealed', {
    secret: 'vault:db',
    failures: 2,
    hint: 'unseal it',
  })
  return text
}

describe('a log line', () => {
  it('is JSON with a stable event, time and level, from the least severity on', () => {
    const line = JSON.parse(logged({})) as Record<string, unknown>
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'secret_failed',
      secret: 'vault:db',
      failures: 2,
      hint: 'unseal it',
      msg: 'vault is sealed',
    })
  })

  it('can be read on a terminal, the hint on a line of its own', () => {
    const text = logged({ format: 'pretty' }).replace(/^\d\d:\d\d:\d\d\.\d{3}/, 'TIME')
    expect(text).toBe(`TIME warn  secret_failed: vault is sealed secret="vault:db" failures=2
                   hint: unseal it
`)
  })

  it('has colours only where they are wanted', () => {
    expect(logged({ format: 'pretty', colour: true })).toContain('\u001b[33mwarn')
    expect(logged({ format: 'pretty' })).not.toContain('\u001b')
  })
})
