// The image's HEALTHCHECK: one request to the agent's socket, in a small bundle of its own, for it runs every few seconds.
import { request } from 'node:http'

const socketPath = process.env['KEYTURN_SOCKET'] ?? '/run/secrets/.keyturn/agent.sock'
const path = process.argv.includes('--ready') ? '/readyz' : '/healthz'

const asked = request({ socketPath, path, timeout: 5_000 }, response => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
asked.on('timeout', () => asked.destroy())
asked.on('error', () => {
  process.exitCode = 1
})
asked.end()
