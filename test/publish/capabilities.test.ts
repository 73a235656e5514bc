import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { startPublisherProcess } from '../support/publisher-process.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

let target: TmpfsDirectory

beforeEach(() => {
  target = createTmpfsDirectory()
  chmodSync(target.path, 0o711)
})

afterEach(() => target[Symbol.dispose]())

/** Keeps only these capabilities, such as `+chown,+kill`. */
function withOnly(capabilities: string): string[] {
  const sets = `-all${capabilities === '' ? '' : `,${capabilities}`}`
  return ['setpriv', '--no-new-privs', `--bounding-set=${sets}`, `--inh-caps=${sets}`]
}

function needsRootAndSetpriv(context: TestContext): void {
  if (process.geteuid?.() !== 0) context.skip('only root can run a process with fewer capabilities')
  if (spawnSync('setpriv', ['--version']).status !== 0) context.skip('setpriv of util-linux is not installed')
}

describe('root with CHOWN and KILL only', () => {
  const capabilities = withOnly('+chown,+kill')

  it('publishes, replaces and recognises what it can neither read nor change', async context => {
    needsRootAndSetpriv(context)
    const directory = join(target.path, 'secrets')
    mkdirSync(directory, { mode: 0o711 })
    const settings = { directory, owner: 10001, group: 10001, mode: 0o400 }
    const both = `published ${join(directory, 'file')} ${join(directory, 'pair')}`

    const first = startPublisherProcess(settings, capabilities)
    expect(await first.next()).toBe('open')
    for (const word of ['one', 'two']) {
      first.publish(word)
      expect(await first.next()).toBe(both)
    }
    await first.kill('SIGKILL')

    await using second = startPublisherProcess(settings, capabilities)
    expect(await second.next()).toBe('open')
    second.publish('two')
    expect(await second.next()).toBe('published')
    second.publish('three')
    expect(await second.next()).toBe(both)
    expect(readFileSync(join(directory, 'pair/user'), 'utf8')).toBe('three')
    expect(lstatSync(join(directory, 'file'))).toMatchObject({ mode: 0o100400, uid: 10001, gid: 10001 })

    const application = spawnSync(
      'setpriv',
      [
        '--reuid=10001',
        '--regid=10001',
        '--clear-groups',
        'cat',
        join(directory, 'file'),
        join(directory, 'pair/user'),
      ],
      { encoding: 'utf8' },
    )
    expect(application).toMatchObject({ status: 0, stdout: 'threethree' })
    const stranger = spawnSync('setpriv', [
      '--reuid=10002',
      '--regid=10002',
      '--clear-groups',
      'cat',
      join(directory, 'file'),
    ])
    expect(stranger.status).not.toBe(0)
  })
})

describe('an agent without any capability', () => {
  it('that is root names the capability it lacks, and publishes nothing', async context => {
    needsRootAndSetpriv(context)
    const settings = { directory: target.path, owner: 10001, group: 10001, mode: 0o400 }
    await using agent = startPublisherProcess(settings, withOnly(''))
    expect(await agent.next()).toBe('open')
    agent.publish('one')
    const lacks = 'cannot be given to 10001:10001: the agent (uid 0) lacks the capability CHOWN'
    expect(await agent.next()).toBe(
      `published "${join(target.path, 'file')}" ${lacks} "${join(target.path, 'pair')}" ${lacks}`,
    )
  })

  it('shares files by the group of a setgid directory', async context => {
    needsRootAndSetpriv(context)
    const directory = join(target.path, 'secrets')
    mkdirSync(directory)
    chownSync(directory, 1001, 2000)
    chmodSync(directory, 0o2750)
    const user = ['--reuid=1001', '--regid=1001', '--clear-groups']
    const settings = { directory, owner: 1001, group: 2000, mode: 0o440 }
    await using agent = startPublisherProcess(settings, [...withOnly(''), ...user])
    expect(await agent.next()).toBe('open')
    for (const word of ['one', 'two']) {
      agent.publish(word)
      expect(await agent.next()).toBe(`published ${join(directory, 'file')} ${join(directory, 'pair')}`)
    }
    const application = spawnSync(
      'setpriv',
      [
        '--reuid=10001',
        '--regid=2000',
        '--clear-groups',
        'cat',
        join(directory, 'file'),
        join(directory, 'pair/user'),
      ],
      { encoding: 'utf8' },
    )
    expect(application).toMatchObject({ status: 0, stdout: 'twotwo' })
  })
})
