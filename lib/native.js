// @ts-check
'use strict'

/**
 * The addon, and what is in it.
 * @typedef {object} NativeClient
 * @property {number} id
 * @property {string} facts
 * @property {(slot: number, meta: number, ...args: unknown[]) => string | undefined} call
 * @property {(slot: number, meta: number, args: readonly unknown[], timeout?: number) => string | undefined} callList
 * @property {(slot: number, meta: number, joined: string, lengths: Uint32Array, count: number, timeout?: number) => string | undefined} callJoined
 * @property {(slot: number, meta: number, timeout: number | undefined, form: number, text: string, words: Uint32Array, count: number, odd: readonly unknown[]) => string | undefined} batch
 * @property {(slot: number) => string | undefined} withdraw
 * @property {() => void} flush
 * @property {(slot: number, timeout?: number) => void} connect
 * @property {(slot: number, timeout?: number) => void} close
 * @property {(slot: number, timeout?: number) => void} drainedInTime
 * @property {(slot: number) => void} destroy
 * @property {(keep: number) => void} reference
 * @property {(request: number, result: string | undefined, problem: string | undefined) => void} answer
 * @property {(slot: number, patience?: number) => void} lease
 * @property {(number: number) => NativeLease} leased
 * @property {(messages: number, bytes: number, overflow: number, binary: boolean) => NativeSubscriber | string} subscriber
 *
 * @typedef {object} NativeSubscriber
 * @property {number} id
 * @property {(slot: number, timeout: number | undefined, kind: number, names: Uint8Array, lengths: Uint32Array, routes: Uint32Array) => string | undefined} subscribe
 * @property {(slot: number, timeout: number | undefined, kind: number, names?: Uint8Array, lengths?: Uint32Array) => string | undefined} unsubscribe
 * @property {(kind: number, flows: boolean, names?: Uint8Array, lengths?: Uint32Array) => string | undefined} listen
 * @property {(side: number, words: Uint32Array) => any} take
 * @property {() => any} takeLarge
 * @property {(side: number) => void} release
 * @property {(slot: number, timeout: number | undefined) => void} leave
 *
 * @typedef {Pick<NativeClient, 'call' | 'callList' | 'callJoined' | 'batch' | 'withdraw' | 'flush'>} NativePort
 * @typedef {NativePort & { release: () => number, lost: () => string | undefined }} NativeLease
 *
 * @typedef {object} NativeSentinel
 * @property {number} id
 * @property {string} facts
 * @property {(slot: number) => void} connect
 * @property {() => void} close
 * @property {(slot: number, name: string) => void} discoverMaster
 * @property {(slot: number, name: string) => void} discoverReplicas
 * @property {(slot: number, question: string, name: string | undefined) => void} ask
 * @property {(request: number, result: string | undefined, problem: string | undefined) => void} answer
 *
 * @typedef {(url: string | undefined, list: string | undefined, options: string, functions: string) => NativeSentinel | string} CreateSentinel
 *
 * @typedef {((options: string, url: string | undefined, owner: object, functions: string, deployment?: number, master?: string, target?: string) => NativeClient | string) & { createSentinel: CreateSentinel, defineOptions: (words: string) => number | undefined, isHeld: () => boolean }} CreateClient
 *
 * @typedef {object} Binding
 * @property {() => string} commandTable
 * @property {(name: string) => string | null} commandNeeds
 * @property {() => string} version
 * @property {(settle: (...values: unknown[]) => void, words: Uint32Array, assemble: (plan: number, first: boolean, last: boolean, names: string | undefined, ...leaves: unknown[]) => unknown, numbers: Float64Array, watches: boolean, resource: { hasRef(): boolean }) => CreateClient} setup
 */

const { loadAddon } = require('./loader/load-addon.js')
const { version } = require('../package.json')

/** @type {Binding} */
const addon = loadAddon(version)

module.exports = addon
