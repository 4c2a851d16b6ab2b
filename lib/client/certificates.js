// @ts-check
'use strict'

/**
 * A second opinion on a server's certificate, by Node's own OpenSSL: for kinds that the engine's verifier does not read, and for
 * names that are not in the place where it looks. Asked after the handshake, before anything is sent.
 *
 * It follows no chain: the leaf's issuer, or the leaf itself, has to be in `tls.ca`. What it cannot see (constraints on names,
 * other extensions) it refuses.
 */

const { X509Certificate, constants, verify } = require('node:crypto')
const { checkServerIdentity: nodeCheck } = require('node:tls')

/** Shorter keys are refused: NIST SP 800-131A, as newer versions of OpenSSL do. */
const LEAST_RSA_BITS = 2048
/** The purpose of servers, of RFC 5280, section 4.2.1.12. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
/** DER of the signature algorithms that nobody should trust any more: RSA and ECDSA with MD5 and SHA-1, and SHA-1 within PSS. */
const WEAK = ['06092a864886f70d010104', '06092a864886f70d010105', '06072a8648ce3d0401', '06052b0e03021a'].map(
  bytes,
)
/** DER of RSASSA-PSS, and of the digests that may stand behind it; without one it means SHA-1. */
const PSS = bytes('06092a864886f70d01010a')
const DIGESTS = ['608648016503040201', '608648016503040202', '608648016503040203'].map(bytes)
/** DER of the extension that says which names an authority may certify. */
const NAME_CONSTRAINTS = bytes('0603551d1e')

/** Signature schemes of TLS by number: the digest, and whether the padding is that of PSS. @type {Record<number, [string | undefined, boolean]>} */
const SCHEMES = {
  0x0401: ['sha256', false],
  0x0501: ['sha384', false],
  0x0601: ['sha512', false],
  0x0403: ['sha256', false],
  0x0503: ['sha384', false],
  0x0603: ['sha512', false],
  0x0804: ['sha256', true],
  0x0805: ['sha384', true],
  0x0806: ['sha512', true],
  0x0807: [undefined, false],
  0x0809: ['sha256', true],
  0x080a: ['sha384', true],
  0x080b: ['sha512', true],
}

/** @param {string} hex */
function bytes(hex) {
  return Buffer.from(hex, 'hex')
}

/** @param {string} problem @returns {never} */
function refuse(problem) {
  throw new Error(`the server's certificate ${problem}`)
}

/**
 * @param {X509Certificate} certificate
 * @param {string} whose
 */
function checkStrength({ publicKey }, whose) {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    refuse(`${whose} an RSA key of ${bits} bits, which is too short: it must have ${LEAST_RSA_BITS} at least`)
  }
}

/** @param {X509Certificate} certificate */
function hasWeakSignature({ raw }) {
  if (WEAK.some((algorithm) => raw.includes(algorithm))) return true
  return raw.includes(PSS) && !DIGESTS.some((digest) => raw.includes(digest))
}

/**
 * That the server has the key.
 * @param {X509Certificate} leaf
 * @param {{ scheme: number, message: string, signature: string }} proof
 */
function checkProof(leaf, { scheme, message, signature }) {
  checkStrength(leaf, 'has')
  const [digest, pss] = SCHEMES[scheme] ?? refuse('has a key of a kind that is not known')
  const padding = pss && {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }
  const key = { key: leaf.publicKey, ...padding }
  if (!verify(digest, Buffer.from(message, 'base64'), key, Buffer.from(signature, 'base64'))) {
    refuse('does not belong to the server: its signature on the handshake is wrong')
  }
}

/**
 * That the leaf, or the one who issued it, is in `tls.ca`.
 * @param {X509Certificate} leaf
 * @param {string[]} authorities
 */
function checkIssuer(leaf, authorities) {
  const given = authorities.flatMap(
    (pem) => pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  )
  const known = given.map((pem) => new X509Certificate(pem))
  if (known.some((certificate) => certificate.raw.equals(leaf.raw))) return
  const named = known.filter((authority) => leaf.checkIssued(authority))
  const issuer = named.find(({ publicKey }) => leaf.verify(publicKey))
  if (issuer === undefined) {
    // The name may be the same and the key another: mostly an authority that was made again.
    if (!known.some(({ subject }) => subject === leaf.issuer)) {
      refuse('is of a kind whose issuer has to be in tls.ca itself, and is not')
    }
    refuse("was signed by another authority of the trusted one's name; is tls.ca up to date?")
  }
  checkStrength(issuer, 'was issued with')
  if (hasWeakSignature(leaf)) refuse('is signed with MD5 or SHA-1')
  if (issuer.raw.includes(NAME_CONSTRAINTS))
    refuse('has an issuer with name constraints, which are not checked here')
}

/** @param {X509Certificate} leaf */
function checkUse(leaf) {
  const now = Date.now()
  if (now < Date.parse(leaf.validFrom)) refuse('is not valid yet; is the clock right?')
  if (now > Date.parse(leaf.validTo)) refuse('has expired')
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.includes(SERVER_AUTH)) {
    refuse('is not made for servers (extendedKeyUsage)')
  }
}

/**
 * Throws where the certificate is not good.
 * @param {import('./questions.js').Question} question
 * @param {((host: string, certificate: any) => unknown) | undefined} check the user's own
 */
async function judge({ host, chain, authorities, doubt, proof }, check) {
  const leaf = new X509Certificate(Buffer.from(chain[0], 'base64'))
  if (proof !== null) checkProof(leaf, proof)
  if (doubt === 'certificate') {
    checkStrength(leaf, 'has')
    checkIssuer(leaf, authorities)
    checkUse(leaf)
  }
  if (doubt === null && check === undefined) return
  const problem = await (check ?? nodeCheck)(host, leaf.toLegacyObject())
  if (problem instanceof Error) throw problem
  if (problem) refuse(`is not valid for ${JSON.stringify(host)}, by checkServerIdentity`)
}

module.exports = { judge }
