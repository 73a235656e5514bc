import { describe, expect, it } from 'vitest'
import { isJsonObject, parseJson } from '../../../src/core/json.ts'
import { lineBreaksIn, type Piece } from '../../../src/core/piece.ts'
import { parseReference } from '../../../src/core/reference.ts'
import { fieldsOf, type Secret } from '../../../src/core/secret.ts'
import { compileFormat, formats, renderValue } from '../../../src/template/compile-format.ts'

const secret = secretOf(
  '{"HOST":"canary.internal","PORT":5432,"TLS":"canary\\nof two lines","password":"canary\'s"}',
)
const reference = parseReference('vault:secret/db')

describe('what is shown of a format', () => {
  it.each([
    ['dotenv', 'HOST=‹db.HOST›\nPORT=‹db.PORT›\nTLS=‹db.TLS›\npassword=‹db.password›\n'],
    ['properties', 'HOST=‹db.HOST›\nPORT=‹db.PORT›\nTLS=‹db.TLS›\npassword=‹db.password›\n'],
    ['yaml', 'HOST: ‹db.HOST›\nPORT: ‹db.PORT›\nTLS: ‹db.TLS›\npassword: ‹db.password›\n'],
    ['toml', 'HOST = ‹db.HOST›\nPORT = ‹db.PORT›\nTLS = ‹db.TLS›\npassword = ‹db.password›\n'],
    [
      'json',
      '{\n  "HOST": ‹db.HOST›,\n  "PORT": ‹db.PORT›,\n  "TLS": ‹db.TLS›,\n  "password": ‹db.password›\n}\n',
    ],
    ['pgpass', '*:*:*:*:‹db.password›\n'],
  ] as const)('%s: the fields by their names', async (format, shown) => {
    expect(textOf(await piecesOf(secret, format))).toBe(shown)
  })

  it.each(formats.filter(format => format !== 'raw'))(
    '%s: each piece knows how many line breaks it hides',
    async format => {
      const renderer = await compileFormat(reference, format, { name: 'db' })
      const pieces: Piece[] = []
      const rendered = renderer.render(
        () => secret,
        piece => pieces.push(piece),
      )
      const breaks = pieces.reduce((sum, { shown, hides }) => sum + (hides ?? lineBreaksIn(shown)), 0)
      expect(breaks).toBe('content' in rendered ? lineBreaksIn(rendered.content) : undefined)
    },
  )

  it('hides a field that holds fields as a whole, whatever its place in the format', async () => {
    const nested = secretOf('{"a":{"canary":"canary"},"b":"canary"}')
    for (const format of ['json', 'yaml', 'toml'] as const) {
      const shown = textOf(await piecesOf(nested, format))
      expect(shown).toMatch(/a.*‹db\.a›,?\n.*b.*‹db\.b›/)
      expect(shown).not.toContain('canary')
    }
  })

  it('is a label alone for a single value', () => {
    const pieces: Piece[] = []
    const tell = (piece: Piece) => pieces.push(piece)
    renderValue(reference, 'TLS', 'db').render(() => secret, tell)
    renderValue(reference, 'TLS').render(() => secret, tell)
    const binary = {
      version: '1',
      fields: new Map([['value', { content: Buffer.from('a\n\n\xff'), value: '' }]]),
    }
    renderValue(reference, undefined, 'keystore').render(() => binary, tell)
    expect(pieces).toEqual([
      { shown: '‹db.TLS›', hides: 1 },
      { shown: '‹vault:secret/db#TLS›', hides: 1 },
      { shown: '‹keystore›', hides: 2 },
    ])
  })
})

async function piecesOf(of: Secret, format: (typeof formats)[number]): Promise<Piece[]> {
  const pieces: Piece[] = []
  const renderer = await compileFormat(reference, format, { name: 'db' })
  renderer.render(
    () => of,
    piece => pieces.push(piece),
  )
  return pieces
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ shown }) => shown).join('')
}

function secretOf(json: string): Secret {
  const document = parseJson(json)
  if (!isJsonObject(document.root)) throw new Error('not an object')
  return { version: '1', fields: fieldsOf(document, document.root) }
}
