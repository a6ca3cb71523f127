//
// prisma
//		Modules: npm
//
// The driver adapter. The client is generated without an engine that would have
// to be fetched; "prisma db pull" and migrations need one, and are not tried.
//
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { saw, whole } from './steps.mjs';

writeFileSync('schema.prisma', `
generator client {
  provider = "prisma-client-js"
  engineType = "client"
  output = "./generated"
}
datasource db {
  provider = "postgresql"
}
model item {
  id String @id
  n BigInt? @default(0)
  price Decimal? @db.Decimal(10, 2)
  tags String[]
  doc Json?
  at DateTime? @db.Timestamptz(6)
  ok Boolean?
  blob Bytes?
  u String? @db.Uuid
}
model entry {
  item_id String
  no Int
  what String?
  @@id([item_id, no])
}
`);
execFileSync(process.execPath,
  ['node_modules/prisma/build/index.js', 'generate', '--schema', 'schema.prisma'],
  { env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  stdio: ['ignore', 'ignore', 'inherit'] });
const { PrismaClient, Prisma } = (await import(pathToFileURL('generated/index.js'))).default;
const prisma = new PrismaClient({ adapter: new PrismaPg({ max: 3 }) });

async function tried(step, action) {
  try {
    saw(step, await action());
  } catch (error) {
    const cause = error.meta?.driverAdapterError?.cause;
    saw(step, error.constructor.name, error.code, error.meta?.modelName, cause?.kind,
      cause?.originalCode, cause?.constraint, cause?.originalCode === '0A000' && cause.message);
  }
}

// the first statement of the session: nothing has loaded the library before
saw('first upsert', await prisma.item.upsert({ where: { id: 'first' },
  create: { id: 'first', n: 1 }, update: { n: 1 }, select: { id: true, n: true } }));

saw('create', await prisma.item.create({ data: whole }));
saw('create', await prisma.item.create({ data: { id: 'b' }, select: { n: true, tags: true } }));
saw('read', await prisma.item.findUnique({ where: { id: 'a' } }));
saw('read', await prisma.item.findMany({ where: { id: { in: ['a', 'b', 'none'] } },
  orderBy: { id: 'desc' }, select: { id: true } }));
saw('read', await prisma.item.findMany({ take: 2, skip: 1, cursor: { id: 'a' },
  orderBy: { id: 'asc' }, select: { id: true } }));
saw('read', await prisma.item.aggregate({ _count: true, _sum: { n: true }, _max: { price: true } }));
saw('read', await prisma.item.groupBy({ by: ['ok'], _count: true, orderBy: { ok: 'asc' } }));
saw('read', await prisma.item.findMany({ where: { doc: { path: ['k', '0'], equals: 1 },
  tags: { has: 'x' } }, select: { id: true } }));

saw('update', await prisma.item.update({ where: { id: 'a' },
  data: { price: '2.50', doc: { l: 1 }, tags: { push: 'z' } },
  select: { price: true, doc: true, tags: true } }));
saw('update', await prisma.item.updateMany({ where: { n: { lt: 9 } }, data: { ok: null } }));
await tried('update of none', () => prisma.item.update({ where: { id: 'none' }, data: { n: 1 } }));

saw('increment', await prisma.item.update({ where: { id: 'a' }, data: { n: { increment: 5 } },
  select: { n: true } }));
saw('increment', await prisma.item.updateMany({ where: { id: 'a', n: { gte: 1 } },
  data: { n: { decrement: 1 } } }));
saw('increment', await prisma.$queryRaw`
  UPDATE item SET n = dyn_increment(n, ${2}::int) WHERE id = ${'a'} RETURNING n`);

for (const id of ['a', 'new'])
  saw('upsert', await prisma.item.upsert({ where: { id }, create: { id, n: 8 },
    update: { n: { increment: 10 } }, select: { n: true } }));

await tried('duplicate key', () => prisma.item.create({ data: { id: 'a' } }));
await tried('check', () => prisma.item.update({ where: { id: 'a' }, data: { n: -1 } }));

saw('batch', await prisma.entry.createMany({ data: [...Array(10)].map(
  (_, no) => ({ item_id: 'a', no })) }));
saw('batch', await prisma.entry.createMany({ data: [{ item_id: 'a', no: 9 },
  { item_id: 'a', no: 10 }], skipDuplicates: true }));
saw('batch', await prisma.entry.findMany({ where: { item_id: 'a', no: { gt: 7 } },
  orderBy: { no: 'desc' } }));
saw('batch', await prisma.entry.update({ where: { item_id_no: { item_id: 'a', no: 3 } },
  data: { what: 'x' } }));
await tried('error in batch', () => prisma.$transaction([
  prisma.entry.create({ data: { item_id: 'b', no: 1 } }),
  prisma.entry.create({ data: { item_id: 'a', no: 1 } })]));
saw('error in batch', await prisma.entry.count({ where: { item_id: 'b' } }));

await tried('row lock', () => prisma.$transaction((tx) =>
  tx.$queryRaw`SELECT n FROM item WHERE id = 'a' FOR UPDATE`));
await tried('rollback', () => prisma.$transaction(async (tx) => {
  await tx.item.update({ where: { id: 'b' }, data: { n: 100 } });
  throw new RangeError('taken back');
}));
saw('rollback', (await prisma.item.findUnique({ where: { id: 'b' } })).n);

saw('delete', await prisma.item.delete({ where: { id: 'new' }, select: { id: true } }),
  await prisma.entry.deleteMany({ where: { no: { gt: 4 } } }));
await prisma.$disconnect();
