// Starts the image's agent as its own child and kills it when told to over HTTP; runs in a container, by Node alone.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, watch } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const [volume = '', ...command] = process.argv.slice(2)
let agent: ChildProcess | undefined
let printed = ''

function start(): void {
  printed = ''
  // With an output missing it does not wait a moment before it reads, as it does after an ordinary restart.
  rmSync(`${volume}/removed`, { force: true })
  const [program = '', ...args] = command
  agent = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [agent.stdout, agent.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  }
}

async function kill(): Promise<void> {
  if (agent === undefined || agent.exitCode !== null) throw new Error(`the agent has ended: ${printed}`)
  const ended = once(agent, 'exit')
  agent.kill('SIGKILL')
  await ended
  agent = undefined
}

const actions: Record<string, (argument: string) => unknown> = {
  start,
  kill,
  /** Lives for so many milliseconds. */
  async live(ms) {
    start()
    await wait(Number(ms))
    await kill()
  },
  /** Dies as soon as this name in the volume is renamed over: the kernel itself says so. */
  async dieAtSwap(name) {
    const swapped = new Promise<void>(resolve => {
      const watcher = watch(volume, (_event, changed) => {
        if (changed !== name) return
        watcher.close()
        resolve()
      })
    })
    start()
    await swapped
    await kill()
  },
  printed: () => printed,
  /** What the agent keeps for itself; the state as it is in the file. */
  kept: () => ({
    staging: readdirSync(`${volume}/.keyturn/staging`),
    generations: readdirSync(`${volume}/.keyturn/generations`),
    state: readFileSync(`${volume}/.keyturn/state`, 'utf8'),
  }),
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://here')
  try {
    const answer = await actions[pathname.slice(1)]?.(searchParams.get('of') ?? '')
    response.end(JSON.stringify(answer ?? null))
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(8080, () => console.log('listening'))
