import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotifyError } from '../../src/core/errors.ts'
import { findProcesses, isAllowed } from '../../src/notify/find-process.ts'
import { createProcTree, type ProcTree } from '../support/proc-tree.ts'

const holder = `/docker/${'a'.repeat(64)}`
const agent = `/docker/${'b'.repeat(64)}`
const replicaOne = `/docker/${'c'.repeat(64)}`
const replicaTwo = `/docker/${'d'.repeat(64)}`
const hostPidNamespace = 4026531836

let tree: ProcTree
beforeEach(() => {
  tree = createProcTree()
})
afterEach(() => tree[Symbol.dispose]())

const ownPid = 30
const view = () => ({ procDirectory: tree.procDirectory, ownPid })
const pidsOf = (name: string, owners?: number[]) =>
  findProcesses({ name, owners }, view()).map(({ pid }) => pid)

/** An agent in the holder layout; the application's containers are the test's. */
function plantHolder(): void {
  tree.plant({ pid: 1, argv: ['/sbin/docker-init', '--', 'sleep'], uid: 65534, cgroups: [holder] })
  tree.plant({ pid: 8, parent: 1, argv: ['sleep', 'infinity'], uid: 65534, cgroups: [holder] })
  tree.plant({ pid: 29, argv: ['tini', '-s', '--'], uid: 0, cgroups: [agent] })
  tree.plant({
    pid: ownPid,
    parent: 29,
    argv: ['node', 'keyturn.js'],
    comm: 'MainThread',
    uid: 0,
    cgroups: [agent],
  })
  tree.linkPidNamespace(ownPid, 4026532181)
}

describe('a process by name, in a PID namespace that containers share', () => {
  beforeEach(plantHolder)

  it('is found by the base name of its program, though its threads renamed comm', () => {
    tree.plant({
      pid: 40,
      argv: ['/usr/local/bin/node', 'app.js'],
      comm: 'MainThread',
      cgroups: [replicaOne],
    })
    expect(pidsOf('node')).toEqual([40])
  })

  it('is found by comm, though it rewrote its arguments', () => {
    tree.plant({ pid: 40, argv: ['nginx: master run /usr/sbin/nginx'], comm: 'nginx', cgroups: [replicaOne] })
    expect(pidsOf('nginx')).toEqual([40])
  })

  it('is found though its name has spaces and parentheses', () => {
    tree.plant({ pid: 40, argv: ['/app/a) R 1 (b'], comm: 'a) R 1 (b', cgroups: [replicaOne], startTicks: 5 })
    tree.plant({ pid: 39, argv: ['/app/a) R 1 (b'], comm: 'a) R 1 (b', cgroups: [replicaOne], startTicks: 6 })
    expect(pidsOf('a) R 1 (b')).toEqual([40])
  })

  it('is one in each replica', () => {
    tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: [replicaOne] })
    tree.plant({ pid: 50, argv: ['node', 'app.js'], cgroups: [replicaTwo] })
    expect(pidsOf('node')).toEqual([40, 50])
  })

  it('is never an exec’d health check, which has no parent either but is younger', () => {
    tree.plant({ pid: 20, argv: ['node', 'healthcheck.js'], cgroups: [replicaOne], startTicks: 9_000 })
    tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: [replicaOne], startTicks: 2_000 })
    expect(pidsOf('node')).toEqual([40])
  })

  it('is the application behind a shell that started it', () => {
    tree.plant({ pid: 40, argv: ['sh', '-c', 'node app.js; true'], cgroups: [replicaOne] })
    tree.plant({ pid: 41, parent: 40, argv: ['node', 'app.js'], comm: 'MainThread', cgroups: [replicaOne] })
    expect(pidsOf('node')).toEqual([41])
  })

  it('is the application behind npm, which calls itself by another name', () => {
    tree.plant({ pid: 40, argv: ['npm start'], comm: 'npm start', cgroups: [replicaOne], startTicks: 100 })
    tree.plant({
      pid: 41,
      parent: 40,
      argv: ['sh', '-c', 'node app.js'],
      cgroups: [replicaOne],
      startTicks: 110,
    })
    tree.plant({ pid: 42, parent: 41, argv: ['node', 'app.js'], comm: 'MainThread', cgroups: [replicaOne] })
    expect(pidsOf('node')).toEqual([42])
  })

  it('is the one at the top where it starts others of its name', () => {
    tree.plant({ pid: 41, parent: 44, argv: ['node', 'worker.js'], cgroups: [replicaOne], startTicks: 2_001 })
    tree.plant({ pid: 44, argv: ['node', 'cluster.js'], cgroups: [replicaOne], startTicks: 2_000 })
    tree.plant({ pid: 45, parent: 44, argv: ['node', 'worker.js'], cgroups: [replicaOne], startTicks: 2_001 })
    expect(pidsOf('node')).toEqual([44])
  })

  it('belongs to one of the owners', () => {
    tree.plant({ pid: 40, argv: ['node', 'other.js'], uid: 5, cgroups: [replicaOne], startTicks: 1 })
    tree.plant({ pid: 50, argv: ['node', 'app.js'], uid: 10002, cgroups: [replicaTwo] })
    expect(pidsOf('node', [10001, 10002])).toEqual([50])
    expect(pidsOf('node')).toEqual([40, 50])
  })

  it('is never of the container of the agent', () => {
    tree.plant({ pid: 12, argv: ['node', 'healthcheck.js'], uid: 0, cgroups: [agent], startTicks: 1 })
    expect(pidsOf('node')).toEqual([])
  })

  it('is never a zombie', () => {
    tree.plant({ pid: 40, argv: [], comm: 'node', state: 'Z (zombie)', cgroups: [replicaOne], startTicks: 1 })
    tree.plant({ pid: 41, argv: ['node', 'app.js'], cgroups: [replicaOne] })
    expect(pidsOf('node')).toEqual([41])
  })

  it('is pid 1 where the application itself owns the namespace', () => {
    tree.plant({ pid: 1, argv: ['node', 'app.js'], cgroups: [replicaOne] })
    expect(pidsOf('node')).toEqual([1])
  })

  it('is told apart where containers have cgroups below their own', () => {
    tree.plant({ pid: 40, argv: ['app'], cgroups: [`${replicaOne}/init`], startTicks: 7 })
    tree.plant({ pid: 41, argv: ['app'], cgroups: [`${replicaOne}/exec`], startTicks: 8 })
    expect(pidsOf('app')).toEqual([40])
  })
})

describe('the containers of a shared PID namespace', () => {
  const inScope = (letter: string) => `/system.slice/docker-${letter.repeat(64)}.scope`
  const inPod = (letter: string) => `/kubepods/burstable/pod1b2c/${letter.repeat(64)}`
  const inTask = (number: number) =>
    `/ecs/${'0123456789abcdef'.repeat(2)}/${'0123456789abcdef'.repeat(2)}-${number}`
  const layouts: Record<string, [holder: string[], agent: string[], app: string[]]> = {
    'cgroup v1': [
      [holder, '/', holder],
      [agent, '/', agent],
      [replicaOne, '/', replicaOne],
    ],
    'cgroup v2 below systemd': [[inScope('a')], [inScope('b')], [inScope('c')]],
    'a cgroup namespace': [[`/../${'a'.repeat(64)}`], ['/'], [`/../docker-${'c'.repeat(64)}.scope`]],
    'a cgroup namespace of an unknown engine': [['/../holder'], ['/'], ['/../application']],
    'a pod': [[inPod('a')], [inPod('b')], [inPod('c')]],
    'a task on Fargate': [[inTask(1265771)], [inTask(2265771)], [inTask(3265771)]],
  }
  for (const [name, [ofHolder, ofAgent, ofApp]] of Object.entries(layouts)) {
    it(`are told apart in ${name}`, () => {
      tree.plant({ pid: 1, argv: ['pause'], cgroups: ofHolder })
      tree.plant({ pid: ownPid, argv: ['node', 'keyturn.js'], cgroups: ofAgent })
      tree.plant({ pid: 12, argv: ['node', 'healthcheck.js'], cgroups: ofAgent, startTicks: 1 })
      tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: ofApp, startTicks: 2 })
      tree.plant({ pid: 41, argv: ['node', 'healthcheck.js'], cgroups: ofApp, startTicks: 3 })
      expect(pidsOf('node')).toEqual([40])
    })
  }
})

describe('a process by name, where no container shares the PID namespace', () => {
  beforeEach(() => {
    tree.plant({ pid: 1, argv: ['/sbin/init'], uid: 0, cgroups: ['/init.scope'] })
    tree.plant({ pid: ownPid, argv: ['node', 'keyturn'], cgroups: ['/user.slice/session-1.scope'] })
    tree.linkPidNamespace(ownPid, hostPidNamespace)
  })

  it('is found in the cgroup of the agent too, and never the agent itself', () => {
    tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: ['/user.slice/session-1.scope'] })
    expect(pidsOf('node')).toEqual([40])
  })

  it('is found beside the agent in a container of their own', () => {
    tree.plant({ pid: 1, argv: ['sleep', 'infinity'], cgroups: [agent] })
    tree.plant({ pid: ownPid, argv: ['node', 'keyturn'], cgroups: [agent] })
    tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: [agent] })
    expect(pidsOf('node')).toEqual([40])
  })

  it('is refused with the pids where several match, also in containers of this host', () => {
    tree.plant({ pid: 40, argv: ['node', 'app.js'], cgroups: ['/user.slice/session-1.scope'] })
    tree.plant({ pid: 41, parent: 40, argv: ['node', 'worker.js'] })
    tree.plant({ pid: 50, argv: ['node', 'app.js'], cgroups: [replicaOne] })
    expect(() => pidsOf('node')).toThrow(
      expect.objectContaining({ message: '2 processes are called "node": pid 40, 50' }),
    )
    expect(() => pidsOf('node')).toThrow(NotifyError)
  })

  it('is never pid 1 of the host', () => {
    expect(pidsOf('init')).toEqual([])
    expect(isAllowed(1, view())).toBe(false)
  })

  it('is never pid 1 where its namespace cannot be told', () => {
    tree.plant({ pid: 31, argv: ['node', 'keyturn'] })
    expect(isAllowed(1, { ...view(), ownPid: 31 })).toBe(false)
  })
})
