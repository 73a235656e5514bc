import { describe, expect, it } from 'vitest'
import { importText } from './import-fixture.ts'

async function reloadFor(command: string) {
  const { draft, report } = await importText(
    `vault { address = "https://vault.example.com" }\ntemplate { contents = "x", destination = "/run/x", ${command} }`,
  )
  const [entry, ...more] = draft.reload
  expect(more).toEqual([])
  const listed = report.findings.filter(
    ({ what, severity }) => what.endsWith('command') && severity === 'todo',
  )
  return entry?.settings ?? listed.map(({ remedy }) => remedy.split(/[:,]/)[0]).join()
}

describe('a command that signals', () => {
  it.each([
    ['pkill -HUP nginx', 'SIGHUP'],
    ['pkill -HUP -x nginx', 'SIGHUP'],
    ['/usr/bin/pkill --signal SIGUSR1 nginx', 'SIGUSR1'],
    ['pkill nginx', 'SIGTERM'],
    ['killall -s HUP nginx', 'SIGHUP'],
    ['killall -q -1 nginx', 'SIGHUP'],
    ['pkill -HUP nginx || true', 'SIGHUP'],
    ['pkill -HUP nginx >/dev/null 2>&1 || :', 'SIGHUP'],
    ["sh -c 'pkill -HUP nginx'", 'SIGHUP'],
    ['kill -HUP $(pidof nginx)', 'SIGHUP'],
    ['kill -s HUP \\"$(pgrep -o nginx)\\"', 'SIGHUP'],
    ['/bin/kill -1 `pidof nginx` || true', 'SIGHUP'],
    ["/bin/sh -c 'kill -HUP $(pidof nginx) 2>/dev/null'", 'SIGHUP'],
    ['nginx -s reload', 'SIGHUP'],
    ['/usr/sbin/nginx -s reopen', 'SIGUSR1'],
  ])('%s becomes a signal to the process', async (command, signal) => {
    expect(await reloadFor(`command = "${command}"`)).toEqual({
      signal,
      process: 'nginx',
      any_owner: true,
    })
  })

  it('becomes one also as a list, and where it is given to a shell there', async () => {
    const expected = { signal: 'SIGHUP', process: 'nginx', any_owner: true }
    expect(await reloadFor('command = ["pkill", "-HUP", "nginx"]')).toEqual(expected)
    expect(await reloadFor('exec { command = ["sh", "-c", "kill -HUP $(pidof nginx)"] }')).toEqual(expected)
  })

  it('becomes one to the pid in a file', async () => {
    expect(await reloadFor('command = "kill -USR2 $(cat /run/app/app.pid)"')).toEqual({
      signal: 'SIGUSR2',
      pid_file: '/run/app/app.pid',
    })
  })

  it('keeps the splay of its block, and no timeout', async () => {
    expect(await reloadFor('exec { command = ["pkill", "nginx"], splay = "5s", timeout = "9s" }')).toEqual({
      signal: 'SIGTERM',
      process: 'nginx',
      any_owner: true,
      splay: '5s',
    })
  })
})

describe('a command that runs a program', () => {
  it.each([
    'command = "/usr/local/bin/reload --all \'two words\'"',
    'command = ["/usr/local/bin/reload", "--all", "two words"]',
    'exec { command = ["/bin/sh", "-c", "/usr/local/bin/reload --all \\"two words\\""] }',
  ])('is that program, told of the first publication too: %s', async command => {
    expect(await reloadFor(command)).toEqual({
      command: ['/usr/local/bin/reload', '--all', 'two words'],
      first: true,
    })
  })

  it('keeps its timeout, but not one of zero, which was for ever', async () => {
    expect(await reloadFor('command = ["/usr/local/bin/reload"], command_timeout = "5s"')).toHaveProperty(
      'timeout',
      '5s',
    )
    expect(
      await reloadFor('exec { command = ["/usr/local/bin/reload"], timeout = "0s" }'),
    ).not.toHaveProperty('timeout')
  })

  it('is left out where it was off, or empty', async () => {
    expect(await reloadFor('exec { command = ["/usr/local/bin/reload"], enabled = false }')).toBe('')
    expect(await reloadFor('command = ""')).toBe('')
  })
})

describe('any other command is listed, since it', () => {
  it.each([
    ['nginx -t && nginx -s reload', 'it needs a shell'],
    ['echo done | mail root', 'it needs a shell'],
    ['A=b /usr/local/bin/reload', 'it needs a shell'],
    ['/usr/local/bin/reload $HOME', 'it needs a shell'],
    ['bash', 'it needs a shell'],
    ['kill -HUP $(pidof nginx) $(pidof app)', 'it needs a shell'],
    ['systemctl reload nginx', "it asks somebody outside of the agent's container"],
    ['docker kill -s HUP web', "it asks somebody outside of the agent's container"],
    ['/opt/other/program x', 'there is no program "/opt/other/program" here'],
    // By a pattern over whole command lines, to one user's, or by a signal that keyturn does not send.
    ['pkill -f -HUP nginx', 'there is no program "pkill" here'],
    ['pkill -u www -HUP nginx', 'there is no program "pkill" here'],
    ['pkill -KILL nginx', 'there is no program "pkill" here'],
    ['pkill -HUP ^ngi', 'it needs a shell'],
  ])('%s: %s', async (command, reason) => {
    expect(await reloadFor(`command = "${command}"`)).toBe(reason)
  })
})
