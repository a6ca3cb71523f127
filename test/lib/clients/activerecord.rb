#
# activerecord
#		Packages: ruby-activerecord ruby-pg
#
# What Rails has of the database.
#
require 'active_record'
require 'json'

ActiveRecord::Base.establish_connection(adapter: 'postgresql', database: ENV['PGDATABASE'])

class Item < ActiveRecord::Base
  self.table_name = 'item'
  self.primary_key = 'id'
end

class Entry < ActiveRecord::Base
  self.table_name = 'entry'
  self.primary_key = 'item_id'
end

def saw(step, *values)
  puts "#{step}: #{values.to_json[1..-2]}"
end

# A step that may be an error: either is what it saw.
def tried(step)
  saw(step, yield)
rescue ArgumentError, ActiveRecord::ActiveRecordError => e
  result = e.cause.respond_to?(:result) ? e.cause.result : nil
  field = ->(name) { result&.error_field(PG::Result.const_get("PG_DIAG_#{name}")) }
  told = [e.class, field['SQLSTATE'], field['TABLE_NAME'], field['CONSTRAINT_NAME']]
  told << field['MESSAGE_PRIMARY'] if field['SQLSTATE'] == '0A000'
  saw(step, told.compact.join(', '))
end

Item.create!(id: 'a', n: 1, price: '1.10', tags: %w[x y], doc: { k: [1, nil] }, ok: true)
Item.create!(id: 'b')
saw('create', Item.count)
saw('read', Item.find('a').attributes.slice('n', 'price', 'tags', 'doc', 'ok'))
saw('read', Item.where(id: %w[a none]).pluck(:id), Item.find_by(id: 'none'))
saw('read', Item.order(id: :desc).limit(1).pluck(:id), Item.sum(:n))

item = Item.find('a')
item.update!(price: 2)
saw('update', Item.where('n < 2').update_all(ok: false), item.reload.price)
Item.where(id: 'a').update_all('n = n + 5')
saw('increment', Item.find('a').increment!(:n).n)
Item.update_counters('a', n: 2)
saw('increment', item.reload.n)

(1..5).each { |no| Entry.create!(item_id: 'bulk', no: no) }
saw('create many', Entry.where(item_id: 'bulk').count)
tried('upsert all') { Item.upsert_all([{ id: 'up', n: 1 }, { id: 'up too', n: 2 }]).length }

tried('duplicate key') { Item.create!(id: 'a') }
tried('check') { Item.where(id: 'a').update_all(n: -1) }
saw('find or create', Item.find_or_create_by!(id: 'c') { |new| new.n = 3 }.n)
saw('create or find', Item.create_or_find_by!(id: 'c') { |new| new.n = 4 }.reload.n)

tried('with lock') do
  locked = Item.find('b')
  locked.with_lock do
    locked.n += 1
    locked.save!
  end
  locked.reload.n
end
tried('lock') { Item.transaction { Item.lock.find('b').n } }
tried('lock') { Item.transaction { Item.lock('FOR SHARE').where(id: %w[a b]).order(:id).pluck(:id) } }
tried('lock') { Item.transaction { Item.lock('FOR UPDATE NOWAIT').find('b').n } }
tried('skip locked') { Item.transaction { Item.lock('FOR UPDATE SKIP LOCKED').find('b').n } }

def transfer(from, to, amount)
  Item.transaction do
    changed = Item.where(id: from).where('n >= ?', amount).update_all(['n = n - ?', amount])
    raise ActiveRecord::Rollback if changed.zero?

    Item.where(id: to).update_all(['n = n + ?', amount])
  end
end

Item.where(id: %w[a b]).update_all(n: 10)
transfer('a', 'b', 7)
transfer('a', 'b', 7)
saw('transfer', Item.where(id: %w[a b]).order(:id).pluck(:n))

Item.transaction do
  Item.find('a').update!(n: 50)
  begin
    Item.transaction(requires_new: true) { Item.create!(id: 'a') }
  rescue ActiveRecord::RecordNotUnique
    Item.create!(id: 'after error')
  end
end
saw('savepoint', Item.find('a').n, Item.exists?('after error'))

Item.transaction do
  Item.find('b').update!(n: 100)
  raise ActiveRecord::Rollback
end
saw('rollback', Item.find('b').n)

saw('delete', Item.find('c').destroy.id, Entry.where(item_id: 'bulk').where('no > 3').delete_all)
connection = Item.connection
saw('introspection', connection.columns('item').map { |c| [c.name, c.sql_type, c.null] })
saw('primary key', connection.primary_key('item'))
saw('names of tables', connection.tables.sort, connection.foreign_tables.sort)
