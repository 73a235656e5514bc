import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

async function openWithKey() {
  const opened = await openStore({
    seed: { mounts: { transit: { type: 'transit' } }, writes: { 'transit/keys/app': {} } },
  })
  const encrypt = async (plaintext: string) =>
    (await opened.ask('PUT transit/encrypt/app', { body: { plaintext } })).body.data.ciphertext
  const decrypt = (ciphertext: string) => opened.ask('PUT transit/decrypt/app', { body: { ciphertext } })
  return { ...opened, encrypt, decrypt }
}

describe('transit', () => {
  it('decrypts what it encrypted, each time to another text, also after the key was rotated', async () => {
    const { ask, encrypt, decrypt } = await openWithKey()
    const [first, second] = [await encrypt('c2VjcmV0'), await encrypt('c2VjcmV0')]
    expect(first).toMatch(/^vault:v1:/)
    expect(second).not.toBe(first)
    await ask('PUT transit/keys/app/rotate', { body: {} })
    const third = await encrypt('c2VjcmV0')
    expect(third).toMatch(/^vault:v2:/)
    for (const ciphertext of [first, second, third])
      expect((await decrypt(ciphertext)).body.data).toEqual({ plaintext: 'c2VjcmV0' })
  })

  it('refuses what it did not encrypt, as a real server does', async () => {
    const { ask, encrypt, decrypt } = await openWithKey()
    const refused = { status: 400, body: { errors: [expect.any(String)] } }
    const ciphertext = await encrypt('c2VjcmV0')
    const changed = ciphertext.replace(/.{4}$/, (end: string) => (end === 'AAA=' ? 'AAE=' : 'AAA='))
    for (const other of [changed, 'vault:v1:AAAA', 'x', '', ciphertext.replace('v1', 'v9')])
      expect(await decrypt(other), other).toMatchObject(refused)
    expect(await ask('PUT transit/decrypt/none', { body: { ciphertext } })).toMatchObject({
      status: 400,
      body: { errors: ['encryption key not found'] },
    })
    expect(await ask('PUT transit/encrypt/app', { body: { plaintext: '***' } })).toMatchObject(refused)
  })

  it('makes a key at the first use of its name', async () => {
    const { ask } = await openWithKey()
    await ask('PUT transit/encrypt/fresh', { body: { plaintext: 'c2VjcmV0' } })
    expect((await ask('LIST transit/keys')).body.data.keys).toEqual(['app', 'fresh'])
  })
})
