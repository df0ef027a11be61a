import * as z from 'zod'

/** A column of epoch milliseconds that a Date can hold. */
export const Time = z.int().min(-8.64e15).max(8.64e15)

/** A column of JSON text. What is in it is for the next schema to say. */
export const Json = z.string().transform((text): unknown => JSON.parse(text))

export const instant = (epochMs: number): string => new Date(epochMs).toISOString()
