/**
 * A name that somebody else chose: of a database, a table, a folder. It keeps its own writing direction and its
 * spaces, and breaks or is cut instead of pushing the page apart.
 */
export function Name({ of, cut = false }: { readonly of: string; readonly cut?: boolean }) {
  return (
    <bdi className={cut ? 'name cut' : 'name'} title={cut ? of : undefined}>
      {of}
    </bdi>
  )
}
