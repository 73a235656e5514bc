// The image's HEALTHCHECK: one request to the agent's socket, in a small bundle of its own, for it runs every few seconds.
import { existsSync } from 'node:fs'
import { request } from 'node:http'

const usual = '/run/secrets/.keyturn/agent.sock'

void socketOf().then(
  socketPath => ask(socketPath, process.argv.includes('--ready') ? '/readyz' : '/healthz'),
  () => {
    process.exitCode = 1
  },
)

/** Only outputs elsewhere than in the usual place make it read the configuration. */
async function socketOf(): Promise<string> {
  const named = process.env['KEYTURN_SOCKET']
  if (named !== undefined) return named
  if (existsSync(usual)) return usual
  const { socketPath } = await import('./cli/load-configuration.ts')
  const { env: environment, getuid, getgid } = process
  return socketPath(
    { environment, workingDirectory: process.cwd(), uid: getuid?.() ?? 0, gid: getgid?.() ?? 0 },
    {},
  )
}

function ask(socketPath: string, path: string): void {
  const asked = request({ socketPath, path, timeout: 5_000 }, response => {
    response.resume()
    process.exitCode = response.statusCode === 200 ? 0 : 1
  })
  asked.on('timeout', () => asked.destroy())
  asked.on('error', () => {
    process.exitCode = 1
  })
  asked.end()
}
