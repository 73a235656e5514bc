/** The rest of sprig's functions, each with the reason for which templates do not have it. */
export const refusedSprigFunctions: ReadonlyMap<string, string> = new Map([
  ...because(
    'it asks the clock or the local time zone, so that each rendering would give something else',
    'ago date date_in_zone date_modify dateInZone dateModify htmlDate htmlDateInZone now',
  ),
  ...because(
    'it is random, so that each rendering would give something else',
    'randAlpha randAlphaNum randAscii randBytes randNumeric uuidv4',
  ),
  ...because(
    'its salt is random, so that each rendering would give something else; keep the hash as a secret',
    'bcrypt htpasswd',
  ),
  ...because(
    'its key is random, so that each rendering would give something else; let pkiCert issue certificates',
    'genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey',
  ),
  ...because('its result is random, so that each rendering would give something else', 'encryptAES'),
  ...because('it only checks a certificate; base64Decode and "validate: pem" do the same', 'buildCustomCert'),
  ...because('it reads the environment; where the configuration allows it, env does', 'env expandenv'),
  ...because('it asks the network', 'getHostByName'),
])

function because(reason: string, names: string): readonly (readonly [name: string, reason: string])[] {
  return names.split(' ').map(name => [`sprig_${name}`, reason])
}
