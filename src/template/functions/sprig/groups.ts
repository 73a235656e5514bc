import type { GroupEntry } from '../../functions.ts'

/** sprig's functions under the prefix of consul-template, loaded where one is called. */
export const sprigGroups: readonly GroupEntry[] = [
  {
    names: names(
      'abbrev abbrevboth camelcase cat contains hasPrefix hasSuffix indent initials kebabcase lower nindent',
      'nospace plural quote repeat replace shuffle snakecase squote substr swapcase title toString trim',
      'trimAll trimPrefix trimSuffix trimall trunc untitle upper wrap wrapWith',
    ),
    load: async () => (await import('./strings.ts')).sprigStringFunctions,
  },
  {
    names: names('join sortAlpha split splitList splitn toStrings'),
    load: async () => (await import('./string-lists.ts')).sprigStringListFunctions,
  },
  {
    names: names('b32dec b32enc b64dec b64enc'),
    load: async () => (await import('./encoding.ts')).sprigEncodingFunctions,
  },
  {
    names: names(
      'add add1 add1f addf atoi biggest ceil div divf float64 floor int int64 max maxf min minf mod mul',
      'mulf randInt round sub subf toDecimal',
    ),
    load: async () => (await import('./numeric.ts')).sprigNumericFunctions,
  },
  {
    names: names('seq until untilStep'),
    load: async () => (await import('./ranges.ts')).sprigRangeFunctions,
  },
  {
    names: names(
      'all any coalesce deepCopy default empty fromJson mustDeepCopy mustFromJson mustToJson',
      'mustToPrettyJson mustToRawJson ternary toJson toPrettyJson toRawJson',
    ),
    load: async () => (await import('./defaults.ts')).sprigDefaultFunctions,
  },
  {
    names: names(
      'dict dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick pluck set unset',
      'values',
    ),
    load: async () => (await import('./dict.ts')).sprigDictFunctions,
  },
  {
    names: names(
      'append chunk compact concat first has initial last list mustAppend mustChunk mustCompact mustFirst',
      'mustHas mustInitial mustLast mustPrepend mustPush mustRest mustReverse mustSlice mustUniq',
      'mustWithout prepend push rest reverse slice tuple uniq without',
    ),
    load: async () => (await import('./list.ts')).sprigListFunctions,
  },
  {
    names: names('deepEqual kindIs kindOf typeIs typeIsLike typeOf'),
    load: async () => (await import('./reflect.ts')).sprigReflectFunctions,
  },
  {
    names: names(
      'mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral',
      'mustRegexSplit regexFind regexFindAll regexMatch regexQuoteMeta regexReplaceAll',
      'regexReplaceAllLiteral regexSplit',
    ),
    load: async () => (await import('./regex.ts')).sprigRegexFunctions,
  },
  {
    names: names('adler32sum decryptAES derivePassword sha1sum sha256sum sha512sum'),
    load: async () => (await import('./crypto.ts')).sprigCryptoFunctions,
  },
  {
    names: names('duration durationRound mustDateModify mustToDate must_date_modify toDate unixEpoch'),
    load: async () => (await import('./date.ts')).sprigDateFunctions,
  },
  {
    names: names('base clean dir ext isAbs osBase osClean osDir osExt osIsAbs'),
    load: async () => (await import('./paths.ts')).sprigPathFunctions,
  },
  {
    names: names('semver semverCompare'),
    load: async () => (await import('./semver.ts')).sprigSemverFunctions,
  },
  {
    names: names('urlJoin urlParse'),
    load: async () => (await import('./url.ts')).sprigUrlFunctions,
  },
  {
    names: names('fail hello'),
    load: async () => (await import('./general.ts')).sprigGeneralFunctions,
  },
]

function names(...lines: readonly string[]): readonly string[] {
  return lines.flatMap(line => line.split(' ')).map(name => `sprig_${name}`)
}
