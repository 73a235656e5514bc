import { describe, expect, it } from 'vitest'
import { renderOutside } from '../../support/render-outside.ts'

const environment = {
  APP: 'shop',
  EMPTY: '',
  VAULT_TOKEN: 'hvs.canary',
  AWS_SECRET_ACCESS_KEY: 'canary',
  HTTPS_PROXY: 'http://user:canary@proxy:3128',
  no_proxy: 'localhost',
}

const render = (text: string) => renderOutside(text, { environment })

describe('the environment', () => {
  it('is what the agent was started with', async () => {
    const text =
      '{{ env "APP" }},{{ env "NONE" }},{{ mustEnv "APP" }},{{ envOrDefault "EMPTY" "x" }},{{ envOrDefault "NONE" "y" }}'
    expect(await render(text)).toMatchObject({ content: 'shop,,shop,,y' })
    expect(await render('{{ env "no_proxy" }}{{ env "toString" }}')).toMatchObject({ content: 'localhost' })
  })

  it.each(['{{ mustEnv "NONE" }}', '{{ mustEnv "EMPTY" }}'])('must have what %s asks for', async text => {
    await expect(render(text)).rejects.toThrow('mustEnv: the variable is not set, or empty')
  })

  it.each([
    '{{ env "VAULT_TOKEN" }}',
    '{{ mustEnv "AWS_SECRET_ACCESS_KEY" }}',
    '{{ envOrDefault "AWS_SESSION_TOKEN" "x" }}',
    '{{ env "HTTPS_PROXY" }}',
  ])('keeps the credentials of the agent: %s', async text => {
    const error = await render(text).catch(error => error)
    expect(error.message).toContain('the variable is a credential of the agent, which no template gets')
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain('canary')
  })
})
