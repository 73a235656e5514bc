import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KillableAgent, type ReadingApplication, startKillableAgent } from '../support/killable-agent.ts'
import { waitUntil } from '../support/wait-until.ts'

describe('an agent that is killed 300 times at random, while secrets rotate', () => {
  let agent: KillableAgent
  let application: ReadingApplication
  let publishingMs = 0

  beforeAll(async () => {
    agent = await startKillableAgent({ splay: '0s' })
    await agent.rotate(1)
    const startedAt = Date.now()
    await agent.start()
    await waitUntil(async () => (await agent.printed()).includes('"published"'))
    publishingMs = Date.now() - startedAt
    application = await agent.startApplication()
    await agent.kill()
  })
  afterAll(() => agent?.[Symbol.asyncDispose]())

  const knows = async (version: number) => (await application.ask()).known === String(version)

  it('never shows anything partial, mixed or exposed, and loses no reload', async () => {
    const rotations = 60
    for (let version = 2; version <= rotations + 1; version += 1) {
      await agent.rotate(version)
      for (let kills = 1; kills < 5; kills += 1) await agent.live(Math.random() * 1.3 * publishingMs)
      await agent.start()
      await waitUntil(() => knows(version))
      await agent.kill()
    }
    const { wrong, reads, seen } = await application.ask()
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(rotations / 2)
    expect(reads).toBeGreaterThan(1000)
  }, 600_000)

  it('leaves no litter to the next one', async () => {
    await agent.start()
    await waitUntil(async () => (await agent.printed()).includes('"started"'))
    const { staging } = await agent.kept()
    expect(staging).toEqual([expect.stringMatching(/^lock-/)])
    await agent.kill()
  })
})

describe('an agent that is killed between the swap and the signal', () => {
  let agent: KillableAgent

  beforeAll(async () => {
    agent = await startKillableAgent({ splay: '8s' })
    await agent.rotate(1)
    await agent.start()
    await waitUntil(async () => (await agent.printed()).includes('"published"'))
    await agent.kill()
  })
  afterAll(() => agent?.[Symbol.asyncDispose]())

  it('leaves a debt that the next one pays, once, to exactly those who may have read what was there before', async () => {
    const early = await agent.startApplication()
    let version = 1
    // The wait before a delivery is random: again, where it was too short to be killed in, or for another application to start in.
    while (true) {
      version += 1
      const { signals } = await early.ask()
      await agent.rotate(version)
      await agent.dieAtSwap('pair')
      const { state } = await agent.kept()
      expect(state).toContain('"debts":[{"notifier":"signal SIGHUP')
      if ((await early.ask()).signals > signals) continue

      await agent.start()
      // What the killed one had not swapped in yet comes now: whoever starts before that may have read the old file.
      await waitUntil(async () => (await agent.printed()).includes('"published"'))
      const late = await agent.startApplication()
      const inTime = (await early.ask()).signals === signals
      await waitUntil(async () => (await agent.printed()).includes('"notified"'))
      await waitUntil(async () => (await agent.kept()).state.includes('"debts":[]'))
      await agent.kill()
      if (!inTime) continue

      expect(await early.ask()).toMatchObject({ known: String(version), signals: signals + 1, wrong: [] })
      expect(await late.ask()).toMatchObject({ known: String(version), signals: 0 })
      break
    }
  })
})
