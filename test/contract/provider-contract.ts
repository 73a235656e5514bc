import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FailureKind, ProviderError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { everythingIn } from '../support/everything-in.ts'
import { searchFor } from '../support/leak-search.ts'

/** One backend, as the suite drives it. */
export interface ProviderHarness extends AsyncDisposable {
  readonly provider: Provider
  /** Reference of a secret that is there, with the fields `password` and `port`, a number. */
  readonly reference: string
  /** Writes new content, also where the secret was removed; the version must change. */
  rotate(password: string): Promise<void>
  /** Removes the secret. */
  remove(): Promise<void>
  /** A reference of a secret that does not exist. */
  readonly missing: string
  /** A reference of a secret that the agent may not read. */
  readonly forbidden?: string
  /** Makes the backend misbehave, its answers full of secrets wherever they can be, or behave again. */
  misbehave?(how: Misbehaviour | undefined): Promise<void>
  /** Everything that must never be seen in an error, beside the values: tokens, keys. */
  readonly credentials: readonly string[]
}

export type Misbehaviour =
  | 'sealed'
  | 'unavailable'
  | 'throttled'
  | 'silent'
  | 'malformed'
  | 'oversized'
  | 'reset'

const kinds: Readonly<Record<Misbehaviour, FailureKind>> = {
  sealed: 'sealed',
  unavailable: 'unavailable',
  throttled: 'throttled',
  silent: 'unreachable',
  malformed: 'malformed',
  oversized: 'malformed',
  reset: 'unreachable',
}

export interface ContractOptions {
  readonly open: (password: string) => Promise<ProviderHarness>
  /** What this backend does not know, and why. */
  readonly without?: Readonly<Partial<Record<Misbehaviour | 'forbidden', string>>>
}

/** The contract of the port Provider, for each implementation alike. */
export function providerContract(name: string, { open, without = {} }: ContractOptions): void {
  describe(`the contract of a provider: ${name}`, () => {
    let harness: ProviderHarness
    const fetch = (reference = harness.reference, signal = new AbortController().signal) =>
      harness.provider.fetch(parseReference(reference), signal)

    beforeEach(async () => {
      harness = await open(canary('contract-1'))
    })
    afterEach(async () => {
      await harness[Symbol.asyncDispose]()
    })

    /** The error of a fetch that must fail, after a look at everything in it. */
    const failure = async (fetching: Promise<unknown>): Promise<ProviderError> => {
      const error = await fetching.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (!(error instanceof ProviderError)) throw new Error(`no ProviderError but ${inspect(error)}`)
      const seen = everythingIn(error)
      expect(findLeaks(seen), 'the error shows a secret').toEqual([])
      for (const credential of harness.credentials) expect(searchFor({ credential })(seen)).toEqual([])
      expect(error.message).not.toMatch(/^[A-Z]|\.$|\n/)
      return error
    }

    it('answers named fields, a non-string as its JSON text', async () => {
      const { fields } = await fetch()
      expect(fields.get('password')?.content).toBe(canary('contract-1'))
      expect(fields.get('port')?.content).toBe('5432')
    })

    it('changes the version exactly when the secret rotated', async () => {
      const first = await fetch()
      expect((await fetch()).version).toBe(first.version)
      await harness.rotate(canary('contract-2'))
      const second = await fetch()
      expect(second.version).not.toBe(first.version)
      expect(second.fields.get('password')?.content).toBe(canary('contract-2'))
      expect((await fetch()).version).toBe(second.version)
      expect(second.version).not.toContain(canary('contract'))
    })

    it('answers many at once', async () => {
      const versions = await Promise.all(
        Array.from({ length: 30 }, () => fetch().then(({ version }) => version)),
      )
      expect(new Set(versions).size).toBe(1)
    })

    it('says that a secret is missing, also one that was there, and finds it again', async () => {
      expect(await failure(fetch(harness.missing))).toMatchObject({ kind: 'missing', transient: false })
      const { version } = await fetch()
      await harness.remove()
      expect(await failure(fetch())).toMatchObject({ kind: 'missing', transient: false })
      await harness.rotate(canary('contract-3'))
      expect((await fetch()).version).not.toBe(version)
    })

    if (without.forbidden === undefined) {
      it('says that a secret is forbidden, and goes on to answer others', async () => {
        expect(await failure(fetch(harness.forbidden))).toMatchObject({ kind: 'forbidden', transient: false })
        expect((await fetch()).fields.has('password')).toBe(true)
      })
    }

    for (const how of Object.keys(kinds) as Misbehaviour[]) {
      if (without[how] !== undefined) continue
      it(`throws one typed error where the backend is ${how}, and answers as before after it`, async () => {
        await harness.misbehave?.(how)
        const atFirst = await failure(fetch())
        expect(atFirst).toMatchObject({ kind: kinds[how], transient: true })
        if (how === 'throttled') expect(atFirst.retryAfterMs).toBe(7_000)
        await harness.misbehave?.(undefined)
        const { version } = await fetch()
        await harness.misbehave?.(how)
        expect(await failure(fetch())).toMatchObject({ kind: kinds[how], transient: true })
        await harness.misbehave?.(undefined)
        expect((await fetch()).version).toBe(version)
      })
    }

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('no longer wanted')
      await expect(fetch(harness.reference, AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    it('rejects with the reason of the signal at once, and goes on to answer others', async () => {
      await fetch()
      if (without.silent === undefined) await harness.misbehave?.('silent')
      const aborting = new AbortController()
      const asked = fetch(harness.reference, aborting.signal)
      const reason = new Error('no longer wanted')
      aborting.abort(reason)
      await expect(asked).rejects.toBe(reason)
      await harness.misbehave?.(undefined)
      expect((await fetch()).fields.has('password')).toBe(true)
    })

    if (without.silent === undefined) {
      it('rejects at its end what is under way', async () => {
        await fetch()
        await harness.misbehave?.('silent')
        const asked = failure(fetch())
        await harness.provider.close()
        await asked
      })
    }

    it('rejects calls after its end', async () => {
      await harness.provider.close()
      await expect(fetch()).rejects.toThrow()
    })

    for (const [how, reason] of Object.entries(without)) {
      it(`is never ${how}: ${reason}`, () => {
        expect(reason, 'a reason').toMatch(/\w+ \w+/)
      })
    }
  })
}
