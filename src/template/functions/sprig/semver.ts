import { RenderError } from '../../../core/errors.ts'
import type { Method } from '../../execute/method.ts'
import type { Pass } from '../../execute/pass.ts'
import type { FunctionGroup } from '../../template-function.ts'
import { Integer, Opaque, type Value } from '../../values/values.ts'
import {
  compareVersions,
  isMetadata,
  isPrerelease,
  parseVersion,
  type Version,
  versionText,
} from './version.ts'
import { satisfies } from './version-constraint.ts'

/** sprig's semver.go. */
export const sprigSemverFunctions: FunctionGroup = {
  sprig_semver: {
    parameters: ['string'],
    call: ([text]: readonly [string], pass) => new VersionPointer(parseVersion(text, pass)),
  },
  sprig_semverCompare: {
    parameters: ['string', 'string'],
    call: ([constraint, text]: readonly [string, string], pass: Pass) => satisfies(constraint, text, pass),
  },
}

/** `*semver.Version` with its methods. */
class VersionPointer extends Opaque {
  readonly version: Version

  constructor(version: Version) {
    super('*semver.Version', {
      text: versionText(version),
      identity: version.original,
      methods: pointerMethods(version),
    })
    this.version = version
  }
}

function pointerMethods(version: Version): ReadonlyMap<string, Method> {
  const compared = (answer: (order: number) => Value): Method => ({
    parameters: ['*semver.Version'],
    call: ([other]) => {
      if (!(other instanceof VersionPointer)) throw new RenderError('nil is no version')
      return answer(compareVersions(version, other.version))
    },
  })
  return new Map([
    ...valueMethods(version),
    ['Original', { parameters: [], call: () => version.original }],
    ['Compare', compared(BigInt)],
    ['Equal', compared(order => order === 0)],
    ['GreaterThan', compared(order => order > 0)],
    ['GreaterThanEqual', compared(order => order >= 0)],
    ['LessThan', compared(order => order < 0)],
    ['LessThanEqual', compared(order => order <= 0)],
  ])
}

function valueMethods(version: Version): ReadonlyMap<string, Method> {
  const { major, minor, patch, prerelease, metadata } = version
  const answers = (value: Value): Method => ({ parameters: [], call: () => value })
  const next = (segments: Partial<Version>): Method => ({
    parameters: [],
    call: () => versionValue(version, { prerelease: '', metadata: '', ...segments }),
  })
  return new Map([
    ['Major', answers(new Integer('uint64', major))],
    ['Minor', answers(new Integer('uint64', minor))],
    ['Patch', answers(new Integer('uint64', patch))],
    ['Prerelease', answers(prerelease)],
    ['Metadata', answers(metadata)],
    ['String', answers(versionText(version))],
    ['IncMajor', next({ major: major + 1n, minor: 0n, patch: 0n })],
    ['IncMinor', next({ minor: minor + 1n, patch: 0n })],
    ['IncPatch', next(prerelease === '' ? { patch: patch + 1n } : {})],
    ['SetPrerelease', changing(version, 'prerelease', isPrerelease)],
    ['SetMetadata', changing(version, 'metadata', isMetadata)],
  ])
}

function changing(
  version: Version,
  part: 'prerelease' | 'metadata',
  isValid: (text: string) => boolean,
): Method {
  return {
    parameters: ['string'],
    call: ([text]: readonly [string]) => {
      if (!isValid(text)) throw new RenderError(`the text is no ${part}`)
      return versionValue(version, { [part]: text })
    },
  }
}

/** `semver.Version`, which has no methods of its pointer. */
function versionValue(version: Version, changes: Partial<Version>): Opaque {
  const changed = { ...version, ...changes }
  return new Opaque('semver.Version', { text: versionText(changed), methods: valueMethods(changed) })
}
