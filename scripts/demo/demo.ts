// The main job, for real: store, agent and application; a rotation; an outage with a rotation in it.
import { once } from 'node:events'
import type { Actors, AgentEvent } from './actors.ts'
import { startContainers } from './containers.ts'
import { fingerprint, newPassword } from './password.ts'
import { startProcesses } from './processes.ts'
import { createTimeline } from './timeline.ts'
import { waitFor } from './wait-for.ts'

const options = new Set(process.argv.slice(2))
const timeline = createTimeline(process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '')

if (process.platform !== 'linux' && !options.has('--docker')) {
  console.error('keyturn: tmpfs and signals as shown here need Linux; run npm run demo -- --docker')
  process.exit(1)
}

try {
  await using actors = await start()
  await firstStart(actors)
  await rotation(actors)
  await outage(actors)
  console.log('\nAll of it happened.')
  if (options.has('--keep')) await keep(actors)
} catch (error) {
  console.error(`\nkeyturn demo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function start(): Promise<Actors> {
  timeline.title(
    options.has('--docker')
      ? 'Containers from compose.example.yml'
      : 'Store, agent and application as processes',
  )
  return options.has('--docker') ? startContainers(timeline.note) : startProcesses(timeline.note)
}

async function firstStart(actors: Actors): Promise<void> {
  timeline.title('First start')
  timeline.begin('the agent runs', (await eventOf(actors, 'started')).at)
  timeline.step('logged in by AppRole', (await eventOf(actors, 'logged_in')).at)
  timeline.step('published', (await eventOf(actors, 'published')).at)
  const { mode, owner, tmpfs } = await actors.inspectFile()
  if (mode !== 0o400) throw new Error(`did not happen: the file is 0${mode.toString(8)} instead of 0400`)
  if (owner !== actors.owner)
    throw new Error(`did not happen: the file belongs to ${owner} instead of ${actors.owner}`)
  timeline.note(`${actors.passwordFile}: 0400, owner ${owner}${tmpfs ? ', on tmpfs' : ''}`)
  await actors.startApplication()
  const answer = await waitFor('the application answers', () => askApplication(actors))
  timeline.step(`the application answers: ${JSON.stringify(answer)}`)
}

async function rotation(actors: Actors): Promise<void> {
  timeline.title('Rotation')
  const seenBefore = actors.agentEvents.length
  const password = newPassword()
  timeline.begin('the secret is rotated in the store')
  await actors.rotate(password)
  const answered = applicationHas(actors, password)
  timeline.step(
    'seen by the agent, at its next poll',
    (await eventOf(actors, 'secret_changed', seenBefore)).at,
  )
  timeline.step('published', (await eventOf(actors, 'published', seenBefore)).at)
  timeline.step('signalled', (await eventOf(actors, 'notified', seenBefore)).at)
  timeline.step(`the application answers with the new one: ${fingerprint(password)}`, await answered)
}

async function outage(actors: Actors): Promise<void> {
  timeline.title('Outage')
  const seenBefore = actors.agentEvents.length
  timeline.begin('the store goes away')
  await actors.stopStore()
  timeline.step('the agent notices', (await eventOf(actors, 'secret_failed', seenBefore)).at)
  await waitFor('the application answers without the store', () => askApplication(actors))
  timeline.step('the application answers as before; the file stays')
  const password = newPassword()
  await actors.rotateUnseen(password)
  timeline.step('meanwhile the secret is rotated, out of the agent’s sight')
  await actors.startStore()
  timeline.step('the store returns')
  timeline.step(
    `the application answers with the new one: ${fingerprint(password)}`,
    await applicationHas(actors, password),
  )
}

async function keep(actors: Actors): Promise<void> {
  console.log('\nEverything keeps running until Ctrl-C. Try:\n')
  for (const line of actors.tryIt) console.log(`  ${line}`)
  await once(process, 'SIGINT')
}

function eventOf(actors: Actors, name: string, from = 0): Promise<AgentEvent> {
  const failed = () => {
    const { message } = actors.agentEvents.findLast(({ level }) => level === 'error' || level === 'warn') ?? {
      message: '',
    }
    return message === '' ? '' : ` (the agent last said: ${message})`
  }
  return waitFor(`the agent's event ${name}`, () =>
    actors.agentEvents.slice(from).find(({ event }) => event === name),
  ).catch(error => Promise.reject(new Error(`${error.message}${failed()}`)))
}

async function askApplication({ applicationUrl }: Actors): Promise<{ fingerprint: string } | undefined> {
  const response = await fetch(applicationUrl)
  return (await response.json()) as { fingerprint: string }
}

/** The instant at which the application first answers with the password. */
function applicationHas(actors: Actors, password: string): Promise<number> {
  return waitFor('the application answers with the new password', async () => {
    const answer = await askApplication(actors)
    return answer?.fingerprint === fingerprint(password) ? Date.now() : undefined
  })
}
