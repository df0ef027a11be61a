import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

const provided = [
  'electron',
  // Native or WebAssembly beside their code, so they stay in node_modules.
  'better-sqlite3',
  '@bokuweb/zstd-wasm',
  // An optional part of pg that Larder does not use.
  'pg-native',
]

/** The main process, the command and the worker: plain modules in one folder, so that they find each other. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  ssr: { noExternal: true, external: provided },
  build: {
    ssr: true,
    outDir: '../out/electron',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        main: 'main.ts',
        headless: 'headless.ts',
        'pipeline-worker': 'engine/backup/pipeline-worker.ts',
      },
      external: [/^electron\//, /^node:/, ...builtinModules, ...provided],
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
})
