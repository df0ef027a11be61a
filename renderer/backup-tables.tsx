import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Backup, Fingerprint } from '../electron/shared/model.ts'
import { format } from './format.ts'
import { Name } from './name.tsx'
import { chosenTables, type TableOrder } from './table-rules.ts'

/** More rows than anybody reads; the search finds the others. */
const firstTables = 100

interface BackupTablesProps {
  readonly backup: Backup
  readonly fingerprint: Fingerprint | null
}

/** What the database held in the very moment of the backup: every table and its exact number of rows. */
export function BackupTables({ backup, fingerprint }: BackupTablesProps) {
  const words = texts.details
  return (
    <section className="block contents" aria-labelledby="contents">
      <h2 id="contents">{words.contents}</h2>
      <p>{words.contentsLine(backup.tables, format.number(backup.tables), format.number(backup.rows))}</p>
      {fingerprint === null ? (
        <p className="side-quiet">{words.noFingerprint}</p>
      ) : (
        <>
          <TableCounts tables={fingerprint.tables} />
          <p className="side-quiet">{alsoHolds(fingerprint)}</p>
        </>
      )}
    </section>
  )
}

const alsoHolds = ({ sequences, objects, largeObjects }: Fingerprint): string =>
  texts.details.alsoHolds(
    format.number(sequences.length),
    format.number(objects.length),
    format.number(largeObjects),
  )

function TableCounts({ tables }: { readonly tables: Fingerprint['tables'] }) {
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<TableOrder>('rows')
  const [all, setAll] = useState(false)
  const words = texts.details
  const chosen = chosenTables(tables, search, order)
  return (
    <>
      <div className="contents-tools">
        <TextInput
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={words.sort}
          value={order}
          onChange={(event) => setOrder(event.currentTarget.value === 'name' ? 'name' : 'rows')}
          data={[
            { value: 'rows', label: words.byRows },
            { value: 'name', label: words.byName },
          ]}
        />
      </div>
      {chosen.length === 0 && <p className="side-quiet">{words.noMatch(search)}</p>}
      {chosen.length > 0 && <CountsTable tables={all ? chosen : chosen.slice(0, firstTables)} />}
      {!all && chosen.length > firstTables && (
        <Button className="more" variant="default" size="sm" onClick={() => setAll(true)}>
          {words.showAll(format.number(chosen.length))}
        </Button>
      )}
    </>
  )
}

function CountsTable({ tables }: { readonly tables: Fingerprint['tables'] }) {
  const words = texts.details
  return (
    <table className="table">
      <caption className="for-readers">{words.contents}</caption>
      <thead>
        <tr>
          <th scope="col">{words.table}</th>
          <th scope="col" className="figure">
            {words.rows}
          </th>
        </tr>
      </thead>
      <tbody>
        {tables.map(({ schema, name, kind, rows }) => (
          <tr key={`${schema}.${name}`}>
            <th scope="row" className="breaks">
              {schema !== 'public' && <span className="schema">{schema}.</span>}
              <Name of={name} />
              {kind !== 'table' && <span className="kind">{words.kind[kind]}</span>}
            </th>
            <td className="figure">{format.number(rows)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
