import { RenderError } from '../../../core/errors.ts'
import type { Pass } from '../../execute/pass.ts'
import { quoted } from '../../print/quote.ts'
import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'
import { byteLength } from '../../text/go-string.ts'
import { toLower, toUpper } from '../../text/letter-case.ts'
import { replaceText, trimCharacters, withoutPrefix, withoutSuffix } from '../../text/text-parts.ts'
import { isBlank, trimSpace } from '../../text/white-space.ts'
import type { Value } from '../../values/values.ts'
import { abbreviate } from './abbreviate.ts'
import { byteString, fromByteString } from './bytes.ts'
import { toCamelCase, toDelimited } from './identifier-case.ts'
import { swapCase, title, uncapitalize } from './letters.ts'
import { strval } from './strval.ts'
import { wrap } from './wrap.ts'

/** sprig's strings.go, and what stands beside it in functions.go. The text comes last, for a pipeline. */
export const sprigStringFunctions: FunctionGroup = {
  sprig_abbrev: {
    parameters: ['int', 'string'],
    call: ([width, text]: readonly [bigint, string]) => (width < 4n ? text : abbreviate(text, 0n, width)),
  },
  sprig_abbrevboth: {
    parameters: ['int', 'int', 'string'],
    call: ([left, right, text]: readonly [bigint, bigint, string]) =>
      right < 4n || (left > 0n && right < 7n) ? text : abbreviate(text, left, right),
  },
  sprig_camelcase: onText(toCamelCase),
  sprig_cat: {
    parameters: [],
    variadic: 'any',
    call: (args, pass) =>
      pass.budget.join(
        withoutNil(args).map(value => strval(value, pass)),
        ' ',
      ),
  },
  sprig_contains: onTwo((part, text) => text.includes(part)),
  sprig_hasPrefix: onTwo((prefix, text) => text.startsWith(prefix)),
  sprig_hasSuffix: onTwo((suffix, text) => text.endsWith(suffix)),
  sprig_indent: {
    parameters: ['int', 'string'],
    call: ([spaces, text]: readonly [bigint, string], pass) => indent(text, spaces, pass),
  },
  sprig_initials: onText(initials),
  sprig_kebabcase: delimited('-'),
  sprig_lower: onText(toLower),
  sprig_nindent: {
    parameters: ['int', 'string'],
    call: ([spaces, text]: readonly [bigint, string], pass) => `\n${indent(text, spaces, pass)}`,
  },
  sprig_nospace: onText(withoutSpace),
  sprig_plural: {
    parameters: ['string', 'string', 'int'],
    call: ([one, many, count]: readonly [string, string, bigint]) => (count === 1n ? one : many),
  },
  sprig_quote: {
    parameters: [],
    variadic: 'any',
    call: (args, pass) =>
      pass.budget.join(
        withoutNil(args).map(value => {
          const text = strval(value, pass)
          pass.budget.takeCharacters(text.length)
          return quoted(text, { quote: '"', asciiOnly: false })
        }),
        ' ',
      ),
  },
  sprig_repeat: {
    parameters: ['int', 'string'],
    call: ([count, text]: readonly [bigint, string], { budget }) => {
      if (count < 0n) throw new RenderError('the count is negative')
      budget.takeBytes(Number(count) * byteLength(text))
      return text === '' ? '' : fromByteString(byteString(text).repeat(Number(count)))
    },
  },
  sprig_replace: {
    parameters: ['string', 'string', 'string'],
    call: ([from, to, text]: readonly [string, string, string], { budget }) =>
      replaceText(text, { from, to, budget }),
  },
  sprig_shuffle: {
    parameters: ['string'],
    call: ([text]: readonly [string]) => {
      if ([...text].length > 1) throw new RenderError('the order would be another one at each rendering')
      return text.toWellFormed()
    },
  },
  sprig_snakecase: delimited('_'),
  sprig_squote: {
    parameters: [],
    variadic: 'any',
    call: (args, pass) =>
      pass.budget.join(
        withoutNil(args).map(value => `'${strval(value, pass)}'`),
        ' ',
      ),
  },
  sprig_substr: {
    parameters: ['int', 'int', 'string'],
    call: ([start, end, text]: readonly [bigint, bigint, string]) => substring(text, start, end),
  },
  sprig_swapcase: onText(swapCase),
  sprig_title: onText(title),
  sprig_toString: { parameters: ['any'], call: ([value], pass) => strval(value, pass) },
  sprig_trim: onText(trimSpace),
  sprig_trimAll: onTwoTexts((characters, text) => trimCharacters(text, characters)),
  sprig_trimall: onTwoTexts((characters, text) => trimCharacters(text, characters)),
  sprig_trimPrefix: onTwoTexts((prefix, text) => withoutPrefix(text, prefix)),
  sprig_trimSuffix: onTwoTexts((suffix, text) => withoutSuffix(text, suffix)),
  sprig_trunc: {
    parameters: ['int', 'string'],
    call: ([count, text]: readonly [bigint, string]) => truncate(text, Number(count)),
  },
  sprig_untitle: onText(uncapitalize),
  sprig_upper: onText(toUpper),
  sprig_wrap: {
    parameters: ['int', 'string'],
    call: ([width, text]: readonly [bigint, string], { budget }) =>
      wrap(text, { width, separator: '\n', cutsWords: false, budget }),
  },
  sprig_wrapWith: {
    parameters: ['int', 'string', 'string'],
    call: ([width, separator, text]: readonly [bigint, string, string], { budget }) =>
      wrap(text, { width, separator, cutsWords: true, budget }),
  },
}

function onText(change: (text: string) => string): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) => {
      budget.takeCharacters(text.length)
      return change(text)
    },
  }
}

function delimited(connector: '_' | '-'): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string], { budget }) => {
      budget.takeCharacters(text.length * 2)
      return toDelimited(text, connector)
    },
  }
}

function onTwoTexts(change: (first: string, text: string) => string): TemplateFunction {
  return {
    parameters: ['string', 'string'],
    call: ([first, text]: readonly [string, string]) => change(first, text),
  }
}

/** A question about bytes. */
function onTwo(ask: (first: string, text: string) => boolean): TemplateFunction {
  return {
    parameters: ['string', 'string'],
    call: ([first, text]: readonly [string, string]) => ask(byteString(first), byteString(text)),
  }
}

function withoutNil(values: readonly Value[]): readonly Value[] {
  return values.filter(value => value !== null)
}

/** Every line, also one that is empty. */
function indent(text: string, spaces: bigint, { budget }: Pass): string {
  if (spaces < 0n) throw new RenderError('the number of spaces is negative')
  const lines = text.split('\n')
  budget.takeBytes(Number(spaces) * lines.length)
  const prefix = ' '.repeat(Number(spaces))
  return prefix + lines.join(`\n${prefix}`)
}

/** As there, each byte is taken for a character. */
function initials(text: string): string {
  let isFirst = true
  let result = ''
  for (const byte of byteString(text)) {
    const isSpace = isBlank(byte)
    if (isFirst && !isSpace) result += byte
    isFirst = isSpace
  }
  return result
}

/** As there, each byte is taken for a character, but where there is no white space. */
function withoutSpace(text: string): string {
  const bytes = byteString(text)
  const kept = [...bytes].filter(byte => !isBlank(byte)).join('')
  return kept.length === bytes.length ? text : kept
}

function truncate(text: string, count: number): string {
  const bytes = byteString(text)
  if (count < 0 && bytes.length + count > 0) return fromByteString(bytes.slice(bytes.length + count))
  return count >= 0 && bytes.length > count ? fromByteString(bytes.slice(0, count)) : text
}

function substring(text: string, start: bigint, end: bigint): string {
  const bytes = byteString(text)
  const isOpen = start >= 0n && (end < 0n || end > bytes.length)
  const [from, to] = [start < 0n ? 0 : Number(start), isOpen ? bytes.length : Number(end)]
  if (to < from || to > bytes.length) throw new RenderError('the text does not reach so far')
  return fromByteString(bytes.slice(from, to))
}
