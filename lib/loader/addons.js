'use strict'

/**
 * One function for each platform's addon: that of a clone, or the one of a package of its own. The names are written out, so that
 * bundlers see them, and each stands in a `try` of its own, so that these do not insist on those of other platforms. Not checked by
 * tsc, which does.
 */

/** @type {Record<string, (found: { exports?: any, failures: unknown[] }) => void>} */
const ADDONS = {
  'linux-x64-gnu'(found) {
    try {
      found.exports = require('../../oxidis.linux-x64-gnu.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-linux-x64-gnu')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'linux-x64-musl'(found) {
    try {
      found.exports = require('../../oxidis.linux-x64-musl.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-linux-x64-musl')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'linux-arm64-gnu'(found) {
    try {
      found.exports = require('../../oxidis.linux-arm64-gnu.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-linux-arm64-gnu')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'linux-arm64-musl'(found) {
    try {
      found.exports = require('../../oxidis.linux-arm64-musl.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-linux-arm64-musl')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'darwin-x64'(found) {
    try {
      found.exports = require('../../oxidis.darwin-x64.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-darwin-x64')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'darwin-arm64'(found) {
    try {
      found.exports = require('../../oxidis.darwin-arm64.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-darwin-arm64')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'win32-x64-msvc'(found) {
    try {
      found.exports = require('../../oxidis.win32-x64-msvc.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-win32-x64-msvc')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
  'win32-arm64-msvc'(found) {
    try {
      found.exports = require('../../oxidis.win32-arm64-msvc.node')
    } catch (failure) {
      found.failures.push(failure)
      try {
        found.exports = require('oxidis-win32-arm64-msvc')
      } catch (other) {
        found.failures.push(other)
      }
    }
  },
}

module.exports = { ADDONS }
