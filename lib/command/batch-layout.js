// @ts-check
'use strict'

/**
 * How a batch is laid out for the addon: the bits of its form and of its words. The addon knows the same numbers
 * (src/exports/client.rs, src/encode/pipeline.rs).
 */

/** Bits of the form. No two may be the same: `FORM_READS` is for the façade alone and never reaches the addon. */
const FORM_TRANSACTION = 1
const FORM_LAST = 2
const FORM_FIRST = 4
/** All commands of the batch are reads. */
const FORM_READS = 8

/** The bits of a word that hold the command's number, and the number that says: the name is the first argument. */
const COMMAND_MASK = 0xfff
const RAW = 0xfff

/** In the place of a length: the argument is no string. */
const ODD = 0xffff_ffff

module.exports = { COMMAND_MASK, FORM_FIRST, FORM_LAST, FORM_READS, FORM_TRANSACTION, ODD, RAW }
