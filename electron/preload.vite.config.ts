import { defineConfig } from 'vite'

/** The preload script: one CommonJS file, since a sandboxed window can load nothing else. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: '../out/electron',
    emptyOutDir: false,
    target: 'chrome130',
    minify: false,
    lib: { entry: 'preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: [/^electron/] },
  },
})
