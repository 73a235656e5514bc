import type { FunctionGroup, TemplateFunction } from '../../template-function.ts'

/** sprig's functions of paths, those of the operating system being those of Unix. They look at no disk. */
export const sprigPathFunctions: FunctionGroup = {
  ...withOs('base', base),
  ...withOs('clean', clean),
  ...withOs('dir', path => clean(path.slice(0, path.lastIndexOf('/') + 1))),
  ...withOs('ext', extension),
  ...withOs('isAbs', path => path.startsWith('/')),
}

function withOs(name: string, ask: (path: string) => string | boolean): FunctionGroup {
  const called: TemplateFunction = {
    parameters: ['string'],
    call: ([path]: readonly [string]) => ask(path),
  }
  return { [`sprig_${name}`]: called, [`sprig_os${name.charAt(0).toUpperCase()}${name.slice(1)}`]: called }
}

function clean(path: string): string {
  const isAbsolute = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    const isUp = part === '..'
    if (isUp && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!isUp || !isAbsolute) parts.push(part)
  }
  return (isAbsolute ? '/' : '') + parts.join('/') || '.'
}

function base(path: string): string {
  let end = path.length
  while (end > 0 && path.charAt(end - 1) === '/') end -= 1
  if (end === 0) return path === '' ? '.' : '/'
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end)
}

/** From the last point on, also where the name begins with it. */
function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const point = name.lastIndexOf('.')
  return point < 0 ? '' : name.slice(point)
}
