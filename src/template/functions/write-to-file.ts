import { RenderError } from '../../core/errors.ts'
import { isWithin, normalPath, type Writing } from '../outside.ts'
import type { FunctionGroup } from '../template-function.ts'

/**
 * consul-template's `writeToFile path user group mode [flags] content`. Nothing is written here: the file is declared, and
 * published together with that of the template. `append` adds to what the same rendering has declared, never to what is on
 * disk; an empty user or group is that of the template's file. The messages quote no argument, for each may come from a
 * secret.
 */
export const writeToFileFunctions: FunctionGroup = {
  writeToFile: {
    parameters: ['string', 'string', 'string', 'string'],
    variadic: 'string',
    call([path, user, group, mode, ...rest]: readonly [string, string, string, string, ...string[]], pass) {
      const [flags, content] = rest.length === 2 ? rest : ['', ...rest]
      if (content === undefined || rest.length > 2) {
        throw new RenderError(
          'path, user, group and mode are followed by the content, or by flags and the content',
        )
      }
      const { writing } = pass.outside
      const text = flags?.includes('newline') ? `${content}\n` : content
      pass.declare(
        placeOf(path, writing),
        {
          mode: modeOf(mode, writing),
          owner: idOf(user, 'user', writing.userId),
          group: idOf(group, 'group', writing.groupId),
        },
        { text, append: flags?.includes('append') ?? false },
      )
      return ''
    },
  },
}

function placeOf(path: string, { below, taken, own }: Writing): string {
  const place = normalPath(path)
  if (place.endsWith('/') || place.includes('\0')) throw new RenderError('the path names no file')
  if (below.includes(place) || !isWithin(place, below)) {
    throw new RenderError(`a template may write below ${below.join(', ')} only`, {
      hint: 'name its directory in the configuration: templates: { write_below: [...] }',
    })
  }
  const other = taken.find(path => isWithin(path, [place]) || (path !== own && isWithin(place, [path])))
  if (other === undefined) return place
  throw new RenderError(`the path is in the way of "${other}", which is an output or belongs to the agent`, {
    hint: 'choose another path, or take the output out of the configuration',
  })
}

function modeOf(text: string, { worldAccess }: Writing): number {
  if (!/^0*[0-7]{1,3}$/.test(text)) {
    throw new RenderError('the mode is no octal permission bits', { hint: 'write it like "0400"' })
  }
  const mode = Number.parseInt(text, 8)
  if ((mode & 0o007) === 0 || worldAccess) return mode
  throw new RenderError('the mode gives every user access', {
    hint: 'write one that ends in 0, or allow_world_access: true on the output of this template',
  })
}

function idOf(
  text: string,
  kind: 'user' | 'group',
  lookUp: (name: string) => number | undefined,
): number | undefined {
  if (text === '') return undefined
  const id = /^\d{1,10}$/.test(text) ? Number(text) : lookUp(text)
  if (id !== undefined && id <= 4_294_967_294) return id
  throw new RenderError(`there is no such ${kind} here`, {
    hint: `write its number: a name counts only where the /etc/${kind === 'user' ? 'passwd' : 'group'} of the agent's container has it`,
  })
}
