// An application that knows nothing of keyturn: it reads its password from a file, and reads it again on SIGHUP or on
// `POST /reload`, where signals cannot reach it.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { PASSWORD_FILE = '/run/secrets/db_password', PORT = '8080', HOST } = process.env

// First of all: a signal that comes before its handler ends the process.
process.on('SIGHUP', reload)
process.on('SIGTERM', () => process.exit(0))

let password = readPassword()

const server = createServer((request, response) => {
  // Reading a file again does no harm, so it does not matter who asks.
  if (request.method === 'POST' && request.url === '/reload') reload()
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify({ ...password, pid: process.pid, uid: process.getuid() })}\n`)
})
server.listen(Number(PORT), HOST, () => console.log(`listening on port ${server.address().port}`))

function reload() {
  try {
    password = readPassword()
  } catch (error) {
    // The password in memory is still good, and better than none.
    console.error(`cannot read the password again: ${error.code}`)
  }
}

/** A real application would open its database with it; this one shows by a fingerprint which password it holds. */
function readPassword() {
  const content = readFileSync(PASSWORD_FILE)
  const fingerprint = createHash('sha256').update(content).digest('hex').slice(0, 12)
  console.log(`read a password with the fingerprint ${fingerprint}`)
  return { fingerprint, readAt: new Date().toISOString() }
}
