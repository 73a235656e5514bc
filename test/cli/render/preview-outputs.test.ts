import { expect, it } from 'vitest'
import { previewOutputs } from '../../../src/cli/render/preview-outputs.ts'
import type { Output } from '../../../src/core/output.ts'

it('shows the files that a template declares as files of their own, without their content', async () => {
  const output: Output = {
    path: '/run/secrets/web.pem',
    kind: 'file',
    files: [
      {
        name: '',
        mode: 0o400,
        owner: 10001,
        group: 10001,
        renderer: {
          references: [],
          render: (_read, tell) => {
            tell?.({ shown: 'main\n' })
            const key = {
              path: '/run/secrets/web.key',
              mode: 0o440,
              owner: undefined,
              group: 7,
              content: 'canary\n',
            }
            return { content: 'main\n', used: [], declared: [key] }
          },
        },
      },
    ],
  }
  const source = {
    read: () => undefined,
    obtain: () => Promise.reject(new Error('nothing is asked for')),
    failureOf: () => new Error('nothing fails'),
  }
  const previews = await previewOutputs([output], source, new AbortController().signal)
  expect(previews).toMatchObject([
    { path: '/run/secrets/web.pem', outcome: { pieces: [{ shown: 'main\n' }] } },
    {
      path: '/run/secrets/web.key',
      file: { mode: 0o440, owner: 10001, group: 7 },
      outcome: {
        content: Buffer.from('canary\n'),
        pieces: [{ shown: '‹the content that writeToFile gets›', hides: 1 }],
      },
    },
  ])
})
