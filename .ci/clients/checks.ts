// What calls of TypeScript clients must give.
import { deepStrictEqual } from "node:assert";

/** What of a problem document a client needs to mend a request by itself. */
type Problem = { detail: string; errors: { suggestion: string | null }[] };

/** Hold problems against what was meant. */
export function suggest(meant: string, ...told: Problem[]): void {
  for (const one of told) if (one.errors[0]?.suggestion !== meant) throw new Error(one.detail);
}

type Fetched<Data, Mistake> = { data?: Data; error?: Mistake; response: Response };
type Told = { status: number };

/** The data of a call of openapi-fetch that went well. */
export function given<Data, Mistake>({ data, response }: Fetched<Data, Mistake>): Data {
  if (response.status !== 200 || data === undefined) throw new Error(`${response.url}: ${response.status}`);
  return data;
}

/** The problem of a call of openapi-fetch that was refused. */
export function problem<Data, Mistake extends Told>({ error, response }: Fetched<Data, Mistake>, status: number): Mistake {
  if (response.status !== status || error?.status !== status) throw new Error(`${response.url}: no typed ${status}`);
  return error;
}

type Answer<Data> = { raw: Response; value(): Promise<Data> };

/** Replace a time, because clients write 00:00:00Z as 00:00:00.000Z. */
const toInstant = (_: string, value: unknown): unknown =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : value;

/** Read an answer of openapi-generator, and hold it against the JSON that was sent. */
export async function same<Data>(answer: Answer<Data>, plain: (value: Data) => unknown): Promise<void> {
  const sent: unknown = JSON.parse(await answer.raw.clone().text(), toInstant);
  deepStrictEqual(JSON.parse(JSON.stringify(plain(await answer.value())), toInstant), sent, answer.raw.url);
}

/** Read a file by openapi-generator, and hold it against the bytes that were sent. */
export async function whole<Data extends Blob | string>(answer: Answer<Data>): Promise<void> {
  const sent = Buffer.from(await answer.raw.clone().arrayBuffer());
  const value = await answer.value();
  const read = typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
  if (sent.length === 0 || !sent.equals(read)) throw new Error(`${answer.raw.url}: lost bytes`);
}

/** The body of the answer by which a call of openapi-generator was refused. */
export async function thrown(call: Promise<unknown>, status: number): Promise<unknown> {
  const refusal = await call.then(() => undefined, (error: { response: Response }) => error.response);
  if (refusal?.status !== status) throw new Error(`no ${status}, but ${refusal?.status}`);
  return refusal.json();
}
