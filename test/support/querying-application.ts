import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Credential, DatabaseServer } from './database-servers.ts'
import type { PostgresConnection } from './postgres.ts'

/** An application that queries its database all the time, and connects anew when it is told that its credential changed. */
export interface QueryingApplication extends AsyncDisposable {
  /** Where it wants to be told; it answers once it uses the new credential. */
  readonly webhook: string
  readonly queries: number
  /** What the database answered to queries that failed. */
  readonly failures: readonly string[]
  /** Every user that it was, in turn. */
  readonly users: readonly string[]
}

/** @param file holds the user's name, its password and the id of its lease, one a line */
export async function startApplication(file: string, server: DatabaseServer): Promise<QueryingApplication> {
  const users: string[] = []
  const failures: string[] = []
  let queries = 0
  let ended = false

  const connect = (): PostgresConnection => {
    const credential = readCredential(file)
    if (users.at(-1) !== credential.username) users.push(credential.username)
    return server.connect(credential)
  }
  let connection = connect()

  const work = async () => {
    while (!ended) {
      const used = connection
      await used.query().catch((error: Error) => {
        failures.push(error.message)
        connection = connect()
      })
      queries += 1
      // Between two queries nothing of the old connection is under way.
      if (used !== connection) used[Symbol.dispose]()
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  const working = work()
  const listener = createServer((request, response) => {
    request.resume()
    connection = connect()
    response.end()
  })
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const bound = listener.address()
  return {
    webhook: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/reload`,
    get queries() {
      return queries
    },
    failures,
    users,
    async [Symbol.asyncDispose]() {
      ended = true
      await working
      connection[Symbol.dispose]()
      listener.closeAllConnections()
      await new Promise(resolve => listener.close(resolve))
    },
  }
}

export function readCredential(file: string): Credential {
  const [username = '', password = '', leaseId = ''] = readFileSync(file, 'utf8').split('\n')
  return { username, password, leaseId }
}
