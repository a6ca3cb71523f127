//
// shop.mjs
//		What every program of Node.js writes: users, orders, lines of orders and
//		invoices; and what it adds later.
//
export const users = [
  { userId: 'ann', email: 'Ann@Example.com', tags: ['vip', 'early'],
    address: { street: 'Main St 1', city: { name: 'Graz', zip: '8010' } },
    balance: 12.5, active: true },
  { userId: 'Bo#2', email: 'bo@example.com', tags: ['early'],
    address: { street: '"Ost" \\ 7', city: { name: 'Zürich', zip: '8001' } },
    balance: -0.25, active: true },
  { userId: 'zoë', email: 'zoe@example.com', balance: 0, active: false },
];

export const orders = [
  { userId: 'ann', orderId: 12, status: 'open', total: 10.5,
    placedAt: new Date('2024-02-01T10:00:00.000Z') },
  { userId: 'ann', orderId: 13, status: 'open', total: 7,
    placedAt: new Date('2024-02-02T10:00:00.120Z') },
  { userId: 'Bo#2', orderId: 1, status: 'open', total: 99.99,
    placedAt: new Date('2024-01-31T23:59:59.999Z') },
  { userId: 'Bo#2', orderId: 2, status: 'shipped', total: 1,
    placedAt: new Date('2023-12-24T18:00:00.000Z') },
];

export const lines = [
  { userId: 'ann', orderId: 12, lineNo: 1, sku: 'A-1', quantity: 2 },
  { userId: 'ann', orderId: 12, lineNo: 2, sku: 'B-2', quantity: 1 },
  { userId: 'ann', orderId: 12, lineNo: 10, sku: 'C-3', quantity: 5 },
  { userId: 'ann', orderId: 13, lineNo: 1, sku: 'A-1', quantity: 7 },
];

export const invoices = [
  { userId: 'ann', invoiceId: 'I-1', orderId: 12, paid: false },
  { userId: 'Bo#2', invoiceId: 'I-2', orderId: 2, paid: true },
];

export const newOrder = { userId: 'zoë', orderId: 3, status: 'open', total: 20,
  placedAt: new Date('2024-03-01T08:30:00.500Z') };

export const newInvoice = { userId: 'Bo#2', invoiceId: 'I-3', orderId: 1, paid: false };
