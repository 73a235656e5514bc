import { join } from 'node:path'
import type { RenderedOutput } from '../../src/core/output.ts'
import { renderedDirectory, renderedFile } from './rendered-outputs.ts'
import type { Operation } from './traced-file-system.ts'

/** One thing that an agent has its publisher do; done again, it does what is left to do. */
export type Step =
  | { readonly publish: readonly RenderedOutput[]; readonly allOrNothing?: boolean }
  | { readonly prune: readonly string[] }
  | 'mark complete'
  | 'tell'
  | 'collect'

/** A publication that is to be cut at each of its operations. */
export interface Scenario {
  readonly name: string
  /** What is there already. */
  readonly before: readonly Step[]
  /** Where the agent dies that does the last step of `before`. */
  readonly diesAt?: (operation: Operation) => boolean
  /** Whether opening is cut as well, by an agent that finds what another has left. */
  readonly opens?: boolean
  readonly steps: readonly Step[]
}

/** All ways in which the publisher changes what is on disk. */
export function publishScenarios(directory: string): Scenario[] {
  const at = (name: string) => join(directory, name)
  const user = (version: string) => renderedFile(at('user'), `user ${version}`, { version })
  const password = (version: string) => renderedFile(at('password'), `password ${version}`, { version })
  const token = (version: string) => renderedFile(at('app/api/token'), `token ${version}`, { version })
  const tls = (version: string) =>
    renderedDirectory(at('tls'), { cert: `cert ${version}`, 'private/key': `key ${version}` }, { version })
  const certificate = (version: string, further: readonly string[]) =>
    renderedFile(at('cert.pem'), `certificate ${version}`, {
      version,
      further: Object.fromEntries(further.map(name => [at(name), `${name} ${version}`])),
    })
  const everything = (version: string) => [user(version), password(version), tls(version)]
  const published: Step[] = [{ publish: everything('1') }, 'mark complete', 'tell']
  const toUser = ({ name, args }: Operation) => name === 'rename' && args[1] === at('user')

  return [
    {
      name: 'a first start',
      opens: true,
      before: [],
      steps: [{ publish: [user('1'), tls('1'), token('1')], allOrNothing: true }, 'mark complete', 'tell'],
    },
    { name: 'a rotation of a file', before: published, steps: [{ publish: [user('2')] }] },
    { name: 'a rotation of a directory', before: published, steps: [{ publish: [tls('2')] }] },
    {
      name: 'a rotation of files and a directory, of which an earlier one is still to be told',
      before: [...published, { publish: [user('2')] }],
      steps: [{ publish: everything('3') }, 'tell'],
    },
    {
      name: 'a first start of an output that declares further ones',
      opens: true,
      before: [],
      steps: [
        { publish: [certificate('1', ['key.pem', 'private/ca.pem'])], allOrNothing: true },
        'mark complete',
      ],
    },
    {
      name: 'a rotation of an output that declares further ones',
      before: [{ publish: [certificate('1', ['key.pem', 'ca.pem'])] }, 'mark complete', 'tell'],
      steps: [{ publish: [certificate('2', ['key.pem', 'ca.pem']), user('1')] }],
    },
    {
      name: 'an output that declares others than before',
      opens: true,
      before: [{ publish: [certificate('1', ['key.pem', 'ca.pem'])] }, 'mark complete', 'tell'],
      steps: [{ publish: [certificate('2', ['key.pem', 'chain.pem'])] }, 'tell'],
    },
    {
      name: 'a rotation that changes no byte',
      before: published,
      steps: [{ publish: [renderedFile(at('user'), 'user 1', { version: '2' })] }],
    },
    {
      name: 'a change of configuration',
      opens: true,
      before: published,
      steps: [
        {
          publish: [
            renderedDirectory(at('user'), { name: 'user 1' }),
            renderedFile(at('tls'), 'cert 1'),
            renderedFile(at('password'), 'password 1', { mode: 0o440 }),
            token('1'),
          ],
        },
        'tell',
      ],
    },
    {
      name: 'a clean-up',
      before: [...published, { publish: everything('2') }],
      steps: ['tell', { prune: [at('password'), at('tls')] }, { prune: [at('password')] }, 'collect'],
    },
    {
      name: 'a start on what a clean end has left',
      opens: true,
      before: [...published, { publish: everything('2') }],
      steps: [{ publish: everything('2') }],
    },
    {
      name: 'a start on a swap that was begun',
      opens: true,
      before: [...published, { publish: everything('2') }],
      diesAt: toUser,
      steps: [{ publish: everything('2') }],
    },
  ]
}
