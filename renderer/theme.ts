import { createTheme, Modal, Tooltip } from '@mantine/core'

/**
 * Mantine's side of the look. Its colours are variables in style.css, written there because the content policy
 * forbids the style element that Mantine would make. `grape` is Larder's aubergine: no verdict has that colour.
 */
export const theme = createTheme({
  primaryColor: 'grape',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Locking the page's scrolling would inject a style element too.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 400 } }),
  },
})
