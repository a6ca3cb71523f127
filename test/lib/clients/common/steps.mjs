//
// steps.mjs
//		What programs of Node.js print: a line for each thing that a step saw.
//
export function saw(step, ...values) {
  const told = values.map((value) => JSON.stringify(value, (key, part) =>
    typeof part === 'bigint' ? `bigint ${part}` : part));
  console.log(`${step}: ${told.join(', ')}`);
}

// The class and the SQLSTATE of an error, and what else tells where it
// happened.
export function errorOf(error) {
  const cause = error.original ?? error.driverError ?? error.cause ?? error;
  const told = [error.constructor.name, cause.code];
  for (const field of ['table', 'column', 'constraint'])
    if (cause[field]) told.push(`${field} ${cause[field]}`);
  if (cause.code === '23505') told.push(cause.detail);
  if (cause.code === '0A000') told.push(cause.message);
  return told.filter((word) => word !== undefined).join(', ');
}

// A step that may be an error: either is what it saw.
export async function tried(step, action) {
  try {
    saw(step, await action());
  } catch (error) {
    saw(step, errorOf(error));
    return error;
  }
}

// What a row of the table item holds in every column.
export const whole = {
  id: 'a',
  n: 1,
  price: '1.10',
  tags: ['x', 'y'],
  doc: { k: [1, null] },
  at: new Date('2026-01-02T03:04:05.006Z'),
  ok: true,
  blob: Buffer.from([0, 255]),
  u: '00000000-0000-0000-0000-000000000007',
};

// Settings that pg does not take from the environment by itself.
export const database = {
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  database: process.env.PGDATABASE,
};
