import { randomBytes } from 'node:crypto'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { PublishError } from '../core/errors.ts'
import { removeTree } from './directories.ts'
import { isSystemError } from './publish-failure.ts'
import type { Workspace } from './workspace.ts'

export interface Lock {
  /** In `staging`. */
  readonly name: string
  release(): Promise<void>
}

/**
 * Makes sure that no other agent uses this state, in whatever container, for as long as this process lives.
 * Each agent listens on a socket of its own in `staging` and then knocks at all others: one that answers is alive, and the kernel
 * answers for it also while it is stopped or busy; one that refuses is of a dead agent. A pid would tell nothing across PID
 * namespaces. Listening before knocking means that of two who start at once at least one sees the other; names are never used again,
 * so that removing a dead one cannot hit a living one that has finished starting.
 * @throws PublishError where another agent is alive; system errors
 */
export async function lockState({ staging, stateDirectory, fileSystem }: Workspace): Promise<Lock> {
  const name = `lock-${randomBytes(6).toString('hex')}`
  const release = await listen(join(staging, name))
  try {
    for (const other of fileSystem.readDirectory(staging)) {
      if (!other.startsWith('lock-') || other === name) continue
      if (await answers(join(staging, other))) {
        throw new PublishError(`another agent uses "${stateDirectory}"`, {
          hint: 'stop the other one, or give this one outputs in a volume of its own',
        })
      }
      removeTree(fileSystem, join(staging, other))
    }
    return { name, release }
  } catch (error) {
    await release()
    throw error
  }
}

function listen(path: string): Promise<() => Promise<void>> {
  const server = createServer(connection => connection.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      // Closing removes the socket.
      resolve(() => new Promise(done => server.close(() => done())))
    })
  })
}

/** Only a refusal shows that nobody listens; whatever else goes wrong may be a living agent. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const connection = createConnection(path)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', error => {
      resolve(!(isSystemError(error) && ['ECONNREFUSED', 'ENOENT'].includes(error.code)))
    })
  })
}
