import { request } from 'node:http'
import { KeyturnError } from '../core/errors.ts'

export interface AgentAnswer {
  readonly status: number
  readonly body: string
}

/**
 * One request to a running agent over its control socket.
 * @throws KeyturnError where no agent listens there, or the socket is another user's
 */
export function askAgent(socketPath: string, method: 'GET' | 'POST', path: string): Promise<AgentAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout: 30_000 }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new KeyturnError(`the agent at "${socketPath}" does not answer`)))
    asked.on('error', (error: NodeJS.ErrnoException) => reject(explained(error, socketPath)))
    asked.end()
  })
}

function explained(error: NodeJS.ErrnoException, socketPath: string): Error {
  if (error.code === 'EACCES') {
    return new KeyturnError(`"${socketPath}" belongs to another user`, {
      hint: 'run the command as the user of the agent',
    })
  }
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return new KeyturnError(`no agent listens at "${socketPath}"`, {
      hint: 'start it with keyturn run, or give the configuration that it runs with',
    })
  }
  return error
}
