import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { canary } from '../support/canary.ts'
import { openFaultHouse } from '../support/fault-house.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { vaultServerKinds } from '../support/vault-servers.ts'
import { createVaultWorkplace, type VaultWorkplace } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

// Two secrets under one roof: what one of them, or who is told of it, does wrong is no matter of the other.

let place: VaultWorkplace

beforeAll(async () => {
  const [embedded] = vaultServerKinds()
  if (embedded === undefined) throw new Error('there is no embedded store')
  place = await createVaultWorkplace(await embedded.start())
})
afterAll(async () => {
  place[Symbol.dispose]()
  await place.server[Symbol.asyncDispose]()
})

/** A program of this unique argument runs, whoever started it. */
const runs = (argument: string) => spawnSync('pgrep', ['-f', `^sleep ${argument}$`]).status === 0

describe.concurrent('what hangs holds up nothing else, and is gone when the agent is', () => {
  const secrets = ['sick', 'well']
  const outputs = '  $TARGET/sick: { value: sick.password }\n  $TARGET/well: { value: well.password }'

  async function rotatesAgain(house: Awaited<ReturnType<typeof openFaultHouse>>, times: readonly string[]) {
    for (const time of times) {
      await house.put('well', canary(time))
      await waitUntil(() => house.read('well') === canary(time))
    }
  }

  it('a command that is to be run after a rotation', async ({ expect }) => {
    const argument = '98761.5'
    {
      await using house = await openFaultHouse({
        place,
        name: 'hook',
        secrets,
        outputs,
        more: `reload: [{ command: [sh, -c, "sleep ${argument} & sleep ${argument}"], on: [$TARGET/sick], timeout: 60s }]`,
      })
      for (const secret of secrets) await house.put(secret, canary('before'))
      house.start()
      await waitUntil(() => house.read('sick') !== undefined)
      await house.put('sick', canary('after'))
      await waitUntil(() => runs(argument))
      await rotatesAgain(house, ['second', 'third'])
      expect((await house.status()).notifiers[0]?.owedSince).toBeGreaterThan(0)
      expect(runs(argument)).toBe(true)
    }
    expect(runs(argument)).toBe(false)
  })

  it('a webhook that does not answer', async ({ expect }) => {
    await using application = await startFaultProxy(place.server.address)
    application.fault = { path: /./, fault: 'hang' }
    await using house = await openFaultHouse({
      place,
      name: 'webhook',
      secrets,
      outputs,
      more: `reload: [{ webhook: "${application.address}/reload", on: [$TARGET/sick], timeout: 1s }]`,
    })
    for (const secret of secrets) await house.put(secret, canary('before'))
    house.start()
    await waitUntil(() => house.read('sick') !== undefined)
    await house.put('sick', canary('after'))
    await waitUntil(() => application.requests.length > 0)
    await rotatesAgain(house, ['second', 'third'])
    await waitUntil(() => house.journal.lines.some(({ event }) => event === 'notify_failed'))
    expect(await house.metrics()).toMatchObject({ keyturn_notification_owed: 1, keyturn_ready: 1 })
    application.fault = { path: /./, fault: { status: 204 } }
    await waitUntil(async () => (await house.status()).notifiers[0]?.owedSince === undefined)
  })

  it('a validation', async ({ expect }) => {
    const argument = '98762.5'
    {
      await using house = await openFaultHouse({
        place,
        name: 'validation',
        secrets,
        outputs: outputs.replace(
          'sick.password }',
          // It hangs from the second time on.
          `sick.password, validate: { command: [sh, -c, "grep -q before {path} || sleep ${argument}"], timeout: 60s } }`,
        ),
      })
      for (const secret of secrets) await house.put(secret, canary('before'))
      house.start()
      await waitUntil(() => house.read('sick') !== undefined)
      await house.put('sick', canary('after'))
      await waitUntil(() => runs(argument))
      await rotatesAgain(house, ['second', 'third'])
      expect(house.read('sick')).toBe(canary('before'))
      expect(runs(argument)).toBe(true)
    }
    expect(runs(argument)).toBe(false)
  })
})

describe.concurrent('what cannot be rendered harms only its own output', () => {
  const secrets = ['sick', 'well']
  const outputs =
    '  $TARGET/sick: { contents: "{{ .sick.password }}{{ .sick.other }}" }\n  $TARGET/well: { value: well.password }'

  it('a template whose key is gone', async ({ expect }) => {
    await using house = await openFaultHouse({ place, name: 'key', secrets, outputs })
    await place.put('app/key/sick', { password: canary('before'), other: '' })
    await house.put('well', canary('before'))
    house.start()
    await waitUntil(() => house.read('well') === canary('before'))
    await house.put('sick', canary('after'))
    await waitUntil(() => house.journal.lines.some(({ event }) => event === 'render_failed'))
    await house.put('well', canary('after'))
    await waitUntil(() => house.read('well') === canary('after'))
    expect(house.read('sick')).toBe(canary('before'))
    expect(await house.metrics()).toMatchObject({ keyturn_ready: 1 })
    const failed = (await house.status()).outputs.filter(({ lastError }) => lastError !== undefined)
    expect(failed).toMatchObject([
      { path: expect.stringMatching(/sick$/), lastError: expect.stringMatching(/other/) },
    ])
    await place.put('app/key/sick', { password: canary('mended'), other: '' })
    await waitUntil(() => house.read('sick') === canary('mended'))
  })

  it.for(['a key', 'a secret'])('%s that is gone when the agent starts again', async (what, { expect }) => {
    const name = what.replace(' ', '-')
    await using first = await openFaultHouse({ place, name, secrets, outputs })
    await place.put(`app/${name}/sick`, { password: canary('before'), other: '' })
    await first.put('well', canary('before'))
    first.start()
    await waitUntil(async () => (await first.status().catch(() => undefined))?.published === true)
    await first.end()
    await first.put('well', canary('after'))
    if (what === 'a key') await first.put('sick', canary('after'))
    else await place.server.call('DELETE', `secret/metadata/app/${name}/sick`)
    first.start()
    await waitUntil(() => first.read('well') === canary('after'))
    await waitUntil(async () => {
      const { secrets: read, outputs: made } = await first.status()
      return [...read, ...made].some(({ lastError }) => lastError !== undefined)
    })
    expect(first.read('sick')).toBe(canary('before'))
    expect((await first.health()).health).toBe(200)
  })
})
