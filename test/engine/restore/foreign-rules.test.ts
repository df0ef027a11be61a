import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  archiveProblem,
  headBytes,
  lookAtFolder,
  lookAtHead,
} from '../../../electron/engine/restore/foreign-rules.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const header = (format: number): Uint8Array => Uint8Array.from([...bytes('PGDMP'), 1, 14, 0, 4, 8, format])
const tar = (name: string): Uint8Array => bytes(`${name.padEnd(257, '\0')}ustar\u000000`)

describe('the first bytes of a file', () => {
  test.each([
    ['a custom archive', header(1), 'custom'],
    ['a tar archive', tar('toc.dat'), 'tar'],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8]), 'gzip'],
    [
      'a dump as text',
      bytes('--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\n-- Dumped from\n\nSET x = 0;'),
      'sql',
    ],
    ['a dump with a byte order mark', bytes('ï»¿-- x\r\nselect 1;'), 'sql'],
    ['statements that somebody wrote', bytes(' /* mine */ Create table t ();'), 'sql'],
    ['a long comment', bytes('-- x\n'.repeat(headBytes).slice(0, headBytes)), 'sql'],
  ])('of %s tell what it is', (_, head, kind) => {
    expect(lookAtHead(head)).toEqual({ kind })
  })

  test.each([
    ['nothing', bytes(''), 'empty'],
    ['pg_dumpall', bytes('--\n-- PostgreSQL database cluster dump\n--\n\nSET x = 0;'), 'whole server'],
    ['MySQL', bytes('-- MySQL dump 10.13\n\nCREATE TABLE t (a int);'), 'MySQL'],
    ['the table of contents of a folder', header(5), 'whole folder'],
    ['a damaged header', header(77), 'damaged'],
    ['a tar file of something else', tar('photos/1.jpg'), 'tar file'],
    ['zstd', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd]), 'zstd'],
    ['age', bytes('age-encryption.org/v1\n'), 'encrypted'],
    ['ZIP', bytes('PK\u0003\u0004'), 'ZIP'],
    ['a picture', bytes('\u0089PNG\r\n\u001A\n\u0000\u0000\u0000\rIHDR'), 'no backup'],
    ['a text in UTF-16', bytes('\u00FF\u00FE-\u0000-\u0000'), 'UTF-16'],
    ['a recipe', bytes('Take two eggs.'), 'no SQL'],
    ['a dump in an encoding with backslashes in letters', bytes("SET client_encoding = 'SJIS';"), 'SJIS'],
  ])('of %s tell why it cannot be read', (_, head, problem) => {
    expect(lookAtHead(head)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('of anything give one verdict', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (head) => {
        const seen = lookAtHead(head)
        expect('kind' in seen ? seen.kind : seen.problem).toBeTruthy()
        if (head.includes(0)) expect(seen).not.toEqual({ kind: 'sql' })
      }),
    )
  })
})

test('a folder is a backup when it holds a table of contents', () => {
  expect(lookAtFolder(['toc.dat', '3412.dat.gz'])).toEqual({ kind: 'directory' })
  expect(lookAtFolder(['menu.jpg'])).toHaveProperty('problem')
})

test('what is wrong with the file is told from what is wrong in it', () => {
  expect(archiveProblem('pg_restore: error: could not read from input file: end of file')).toContain('stops')
  expect(archiveProblem('pg_restore: error: unsupported version (1.99) in file header')).toContain('newer')
  expect(
    archiveProblem('pg_restore: error: could not execute query: ERROR:  no\nDETAIL: compressed data'),
  ).toBe(undefined)
})
