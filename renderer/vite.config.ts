import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * The window as plain files for the app's own scheme. Nothing may be inlined and no polyfill may be injected:
 * the content policy allows files of the same origin only, and no inline script or style.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Chromium of the oldest Electron that Larder runs in.
    target: 'chrome130',
  },
})
