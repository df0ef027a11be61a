// better-sqlite3 for the stand-in runtime. Its prebuilt addon needs Node-API 10 and crashes on the runtime's 9,
// so the package's own source is compiled against version 9 (node-api-9.h says how that works).
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kept } from './cache.mjs'
import { projectRoot, run, say } from './shell.mjs'

const header = fileURLToPath(new URL('node-api-9.h', import.meta.url))
const require = createRequire(join(projectRoot, 'package.json'))

// The compiler is called directly, with the definitions and the visibility that the package's binding.gyp asks
// for: node-gyp would need Python, and would download headers that the `node` package has already brought.
const forBoth = '-O2 -fPIC -fvisibility=hidden -DNDEBUG'.split(' ')
const forSqlite = '-w -std=c99'.split(' ')
const forAddon = [
  '-std=c++20 -fvisibility-inlines-hidden -fno-exceptions -fno-rtti',
  '-DNAPI_DISABLE_CPP_EXCEPTIONS -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  '-DNODE_GYP_MODULE_NAME=better_sqlite3 -DBUILDING_NODE_EXTENSION',
].flatMap((flags) => flags.split(' '))
const forLinking = '-shared -s -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -ldl -lm -lpthread'.split(' ')

/** Names the addon. Another header or other compiler options make another addon, with another name. */
export function sqliteBindingName() {
  const flags = [forBoth, forSqlite, forAddon, forLinking].join()
  const hash = createHash('sha256').update(readFileSync(header)).update(flags)
  return `better-sqlite3-${version()}-${hash.digest('hex').slice(0, 12)}`
}

/** Returns the path of the compiled addon. The first time on a machine this takes about 40 s. */
export async function sqliteBinding() {
  const folder = await kept(sqliteBindingName(), (target) => {
    say(`Compiling better-sqlite3 ${version()} for Node-API 9 (about 40 s)`)
    compile(target)
  })
  return join(folder, 'better_sqlite3.node')
}

function version() {
  return require('better-sqlite3/package.json').version
}

function compile(target) {
  const source = dirname(require.resolve('better-sqlite3/package.json'))
  const sqlite = join(source, 'deps/sqlite3')
  const object = join(target, 'sqlite3.o')
  const addon = join(target, 'better_sqlite3.node')
  const includes = ['-include', header, '-I', sqlite, '-I', nodeAddonApi(source), '-I', nodeHeaders()]

  const sqliteFlags = [...forBoth, ...forSqlite, ...sqliteDefines(source)]
  run('gcc', [...sqliteFlags, '-c', join(sqlite, 'sqlite3.c'), '-o', object])
  const sources = [join(source, 'src/better_sqlite3.cpp'), object]
  run('g++', [...forBoth, ...forAddon, ...includes, ...sources, ...forLinking, '-o', addon])
  rmSync(object)
}

// defines.gypi is generated: one quoted NAME or NAME=VALUE per line.
function sqliteDefines(source) {
  const text = readFileSync(join(source, 'deps/defines.gypi'), 'utf8')
  return [...text.matchAll(/'([A-Z][A-Z0-9_]*(?:=[^']*)?)'/g)].map(([, define]) => `-D${define}`)
}

// Both folders are found from the package that depends on them, wherever npm has put them.
function nodeAddonApi(source) {
  const besideSource = createRequire(join(source, 'package.json'))
  return dirname(besideSource.resolve('node-addon-api'))
}

function nodeHeaders() {
  const besideNode = createRequire(require.resolve('node/package.json'))
  const manifest = besideNode.resolve(`node-${process.platform}-${process.arch}/package.json`)
  return join(dirname(manifest), 'include/node')
}
