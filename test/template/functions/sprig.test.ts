import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { templateFunctions } from '../../../src/template/functions.ts'
import { renderOffline } from '../../../src/template/render-offline.ts'
import { TemplateRenderError } from '../../../src/template/template-error.ts'

/** The keys of genericMap in sprig 3.3.0's functions.go. */
const originalNames = [
  'hello ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate',
  'htmlDateInZone must_date_modify mustDateModify mustToDate now toDate unixEpoch abbrev abbrevboth',
  'trunc trim upper lower title untitle substr repeat trimall trimAll trimSuffix trimPrefix nospace',
  'initials randAlphaNum randAlpha randAscii randNumeric swapcase shuffle snakecase camelcase kebabcase',
  'wrap wrapWith contains hasPrefix hasSuffix quote squote cat indent nindent replace plural sha1sum',
  'sha256sum sha512sum adler32sum toString atoi int64 int float64 seq toDecimal split splitList splitn',
  'toStrings until untilStep add1 add sub div mod mul randInt add1f addf subf divf mulf biggest max min',
  'maxf minf ceil floor round join sortAlpha default empty coalesce all any compact mustCompact',
  'fromJson toJson toPrettyJson toRawJson mustFromJson mustToJson mustToPrettyJson mustToRawJson',
  'ternary deepCopy mustDeepCopy typeOf typeIs typeIsLike kindOf kindIs deepEqual env expandenv',
  'getHostByName base dir clean ext isAbs osBase osClean osDir osExt osIsAbs b64enc b64dec b32enc',
  'b32dec tuple list dict get set unset hasKey pluck keys pick omit merge mergeOverwrite mustMerge',
  'mustMergeOverwrite values append push mustAppend mustPush prepend mustPrepend first mustFirst rest',
  'mustRest last mustLast initial mustInitial reverse mustReverse uniq mustUniq without mustWithout has',
  'mustHas slice mustSlice concat dig chunk mustChunk bcrypt htpasswd genPrivateKey derivePassword',
  'buildCustomCert genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert',
  'genSignedCertWithKey encryptAES decryptAES randBytes uuidv4 semver semverCompare fail regexMatch',
  'mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll',
  'mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit',
  'regexQuoteMeta urlParse urlJoin',
].flatMap(line => line.split(' '))

describe('the functions of sprig', () => {
  it('are all there or refused with a reason, and none is both', () => {
    const answers = originalNames.map(name => {
      const isRefused = templateFunctions.refusal?.(`sprig_${name}`) !== undefined
      return [name, templateFunctions.has(`sprig_${name}`) !== isRefused]
    })
    expect(answers.filter(([, isOne]) => !isOne)).toEqual([])
    expect(answers).toHaveLength(211)
  })

  it('that are refused say why', async () => {
    await expect(renderOffline({ text: '{{ sprig_now }}', name: 'x' })).rejects.toThrow(
      'x:1:4: function "sprig_now" is refused because it asks the clock or the local time zone',
    )
  })

  it.each(['{{ sprig_shuffle "ab" }}', '{{ sprig_randInt 1 9 }}'])(
    'that are random answer only what cannot come out otherwise: %s',
    async text => {
      await expect(renderOffline({ text, name: 'x' })).rejects.toThrow('another one at each rendering')
    },
  )
})

describe('what a template makes with sprig', () => {
  const doubled = '{{ $x := sprig_list 1 }}{{ range 60 }}{{ $x = sprig_list $x $x }}{{ end }}'
  const cyclic = '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "d" $d }}'
  it.each([
    ['{{ sprig_repeat 1000000000 "x" }}', 'sprig_repeat: the text is larger than 4 MiB'],
    ['{{ sprig_indent 9223372036854775807 "x" }}', 'sprig_indent: the text is larger than 4 MiB'],
    ['{{ sprig_nindent 1000000000 "x" }}', 'sprig_nindent: the text is larger than 4 MiB'],
    ['{{ sprig_until 1000000000 }}', 'sprig_until: it takes more than 1000000 steps'],
    ['{{ sprig_untilStep 0 9223372036854775807 1 }}', 'sprig_untilStep: it takes more than 1000000 steps'],
    ['{{ sprig_seq 1000000000 }}', 'sprig_seq: it takes more than 1000000 steps'],
    [
      '{{ sprig_wrapWith 1 (sprig_repeat 100000 "x") (sprig_repeat 10000 "y") }}',
      'sprig_wrapWith: the text is larger than 4 MiB',
    ],
    [
      '{{ sprig_replace "" (sprig_repeat 100000 "x") (sprig_repeat 10000 "y") }}',
      'sprig_replace: the text is larger than 4 MiB',
    ],
    [
      '{{ sprig_splitList "" (sprig_repeat 1000000 "y") }}',
      'sprig_splitList: it takes more than 1000000 steps',
    ],
    [
      '{{ range 99 }}{{ sprig_derivePassword 1 "nope" "" "" "" }}{{ end }}',
      'it takes more than 1000000 steps',
    ],
    [
      '{{ range 99 }}{{ $_ := sprig_sha1sum (sprig_repeat 4000000 "a") }}{{ end }}',
      'it takes more than 1000000 steps',
    ],
    [`${doubled}{{ $x }}`, 'the text is larger than 4 MiB'],
    [`${doubled}{{ printf "%v" $x }}`, 'printf: the text is larger than 4 MiB'],
    [`${doubled}{{ toJSON $x }}`, 'toJSON: the text is larger than 4 MiB'],
    [`${doubled}{{ toYAML $x }}`, 'toYAML: the text is larger than 4 MiB'],
    [`${doubled}{{ sprig_toString $x }}`, 'sprig_toString: the text is larger than 4 MiB'],
    [`${doubled}{{ sprig_deepCopy $x }}`, 'sprig_deepCopy: it takes more than 1000000 steps'],
    [`${cyclic}{{ $d }}`, 'it is nested more than 500 deep'],
    [`${cyclic}{{ sprig_toJson $d }}`, 'sprig_toJson: it is nested more than 500 deep'],
    [`${cyclic}{{ sprig_merge $d $d }}`, 'sprig_merge: it is nested more than 500 deep'],
    [`${cyclic}{{ sprig_deepCopy $d }}`, 'sprig_deepCopy: it is nested more than 500 deep'],
  ])('is bounded: %s', async (text, problem) => {
    const error = await errorOf({ text, name: 'x' })
    expect(error).toBeInstanceOf(TemplateRenderError)
    expect(error.message.replace(/^x:1:\d+: /, '')).toContain(problem)
  })
})

describe('an error of sprig', () => {
  const data = '{"s":"canary","n":424242,"l":["canary"],"m":{"canary":"canary"}}'
  it.each([
    ...['sprig_fail .s', 'sprig_first .s', 'sprig_append .s 1', 'sprig_chunk 1 .s', 'sprig_chunk 0 .l'],
    ...[
      'sprig_concat .l .s',
      'sprig_slice .l 5',
      'sprig_dig .s .s .s',
      'sprig_dig .l .s .m',
      'sprig_get .l .s',
    ],
    ...['sprig_dig "canary" "x" "d" .m', 'sprig_mustFromJson .s', 'sprig_mustToJson (parseYAML "1: 2")'],
    ...['sprig_semver .s', 'sprig_semverCompare .s "1.0.0"', 'sprig_semverCompare "1" .s'],
    ...[
      'sprig_urlParse (print "http://" .s "%")',
      'sprig_urlJoin (sprig_dict "host" .n.x)',
      'sprig_urlJoin .l',
    ],
    ...['sprig_mustToDate "2006" .s', 'sprig_mustDateModify .s (sprig_toDate "" "")', 'sprig_unixEpoch .s'],
    ...[
      'sprig_decryptAES .s .s',
      'sprig_mustRegexMatch (print "(" .s) .s',
      'sprig_regexFind (print "[" .s) .s',
    ],
    ...[
      'regexReplaceAll (print .s "(") .s .s',
      'sprig_substr 99 -1 .s',
      'sprig_repeat -1 .s',
      'sprig_div .n 0',
    ],
    ...[
      'sprig_divf .n 0',
      'sprig_addf (sprig_float64 "inf") .n',
      'sprig_set nil .s .s',
      'sprig_ternary .s .s .s',
    ],
  ])('shows no value: %s', async call => {
    const error = await errorOf({ text: `{{ ${call} }}`, name: 'x', dataJson: data })
    expect(error).toBeInstanceOf(TemplateRenderError)
    const template = /\{\{.*\}\}/g
    expect(inspect(error, { depth: null, showHidden: true }).replace(template, '')).not.toMatch(
      /canary|424242/,
    )
  })
})

async function errorOf(options: Parameters<typeof renderOffline>[0]): Promise<Error> {
  const outcome = await renderOffline(options).catch((error: unknown) => error)
  if (outcome instanceof Error) return outcome
  throw new Error('it renders')
}
