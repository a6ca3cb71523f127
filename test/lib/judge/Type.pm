# Type.pm
#		The types that columns have: their names, options, values, and what
#		may be done with them.
#
# A type is a hash:
#
#	name		in SQL
#	options		of the column, without attribute_name and key
#	values		literals with the cast, among them those at the edges
#	family		which expressions fit it; see Expression.pm and Assignment.pm
#	ordered		< and > compare what is stored as PostgreSQL does, or may not:
#				true where SQL has an order that the twin shares
#	key			may be a key
#	element		the type of its elements or fields: of lists and sets
package Type;

use strict;
use utf8;
use warnings;

use Random;

# A literal of a type, quoted.
sub quote { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

sub literals
{
	my ($type, @texts) = @_;
	return [ map { quote($_) . "::$type" } @texts ];
}

my %types;

sub define
{
	my ($id, %type) = @_;
	$types{$id} = { id => $id, options => '', ordered => 1, %type };
	return;
}

my @uuids = map { sprintf '%08x-0000-4000-8000-00000000000%x', 7 * $_, $_ } 0 .. 6;
my @texts = ('a', 'b', 'ab', 'abc', 'B', '', 'a%b', 'a_c', "it's", 'ä', 'Zürich', '5', '  x ', 'naïve "q"', '日本');
my @short_texts = ('a', 'b', 'ab', 'B', 'a%', 'äö');
my @stamps = ('2020-01-01 00:00:00', '2024-02-29 12:34:56', '2026-11-23 08:00:00', '1999-12-31 23:59:59', '1970-01-01 00:00:00');

define(smallint => name => 'smallint', family => 'integer', key => 1,
	values => literals('smallint', 0, 1, 2, 3, 7, -5, 32767, -32768, 32766));
define(integer => name => 'integer', family => 'integer', key => 1,
	values => literals('integer', 0, 1, 2, 3, 10, -1, 2147483647, -2147483648, 2147483600));
define(bigint => name => 'bigint', family => 'integer', key => 1,
	values => literals('bigint', 0, 1, 2, 3, 100, -7, '9223372036854775807', '-9223372036854775808', '9007199254740993'));
define(numeric => name => 'numeric', family => 'numeric', key => 1,
	values => literals('numeric', 0, 1, 2.5, -3.25, '0.1', '100', '12345678901234567890123456789012345678', '1e30', '0.000001'));
define(money => name => 'numeric(8,2)', family => 'numeric', key => 1,
	values => literals('numeric(8,2)', 0, 1, 2.5, -3.25, 99.99, '999999.99', '-999999.99'));
define(real => name => 'real', family => 'float',
	values => literals('real', 0, 1, 1.5, -2.25, 0.1, 1e10));
define(double => name => 'double precision', family => 'float',
	values => literals('double precision', 0, 1, 1.5, -2.25, 0.1, 1e20, 1e-20));
define(text => name => 'text', family => 'text', key => 1,
	values => literals('text', @texts), key_values => literals('text', grep { length } @texts));
define(text_c => name => 'text COLLATE "C"', cast => 'text', family => 'text', key => 1,
	values => literals('text', @texts), key_values => literals('text', grep { length } @texts));
define(varchar => name => 'varchar(3)', family => 'text', key => 1,
	values => literals('varchar(3)', 'a', 'b', 'ab', 'abc', 'äöü', 'B'));
define(char => name => 'char(3)', family => 'opaque', key => 1,
	values => literals('char(3)', 'a', 'b', 'ab', 'abc', 'B'));
define(mood => name => 'mood', family => 'opaque', key => 1,
	values => literals('mood', 'sad', 'ok', 'happy'));
define(boolean => name => 'boolean', family => 'boolean',
	values => [ 'true', 'false' ]);
define(bytea => name => 'bytea', family => 'opaque', key => 1,
	values => literals('bytea', '\x', '\x00', '\x0102', '\xff', '\xdeadbeef'),
	key_values => literals('bytea', '\x00', '\x0102', '\xff', '\xdeadbeef'));
define(uuid => name => 'uuid', family => 'opaque', key => 1,
	values => literals('uuid', @uuids));
define(inet => name => 'inet', family => 'opaque', key => 1,
	values => literals('inet', '10.0.0.1', '10.0.0.0/8', '::1', '192.168.1.5/24'));
define(date => name => 'date', family => 'opaque', key => 1,
	values => literals('date', '2020-01-01', '2024-02-29', '1999-12-31', '0001-01-01', 'infinity', '4000-01-01'));
define(timestamp => name => 'timestamp', family => 'opaque', key => 1,
	values => literals('timestamp', @stamps, '2020-01-01 00:00:00.000001', 'infinity', '-infinity'));
define(timestamptz => name => 'timestamptz', family => 'opaque', key => 1,
	values => literals('timestamptz', map { "$_+00" } @stamps, '2020-01-01 00:00:00.5'));
define(time => name => 'time', family => 'opaque', key => 1,
	values => literals('time', '00:00:00', '12:34:56', '23:59:59.999999'));
define(interval => name => 'interval', family => 'opaque',
	values => literals('interval', '1 day', '24 hours', '1 month', '30 days', '-1 hour', '0'));
define(epoch => name => 'timestamptz', options => "type 'N'", family => 'opaque', key => 1,
	values => literals('timestamptz', map { "$_+00" } @stamps));
define(epoch_ms => name => 'timestamp', options => "type 'N', unit 'ms'", family => 'opaque', key => 1,
	values => literals('timestamp', @stamps, '2020-01-01 00:00:00.123'));
define(epoch_us => name => 'timestamptz', options => "type 'N', unit 'us'", family => 'opaque',
	values => literals('timestamptz', map { "$_+00" } @stamps, '2020-01-01 00:00:00.123456'));
define(epoch_day => name => 'date', options => "type 'N'", family => 'opaque',
	values => literals('date', '2020-01-01', '2024-02-29', '1969-12-31'));
define(positive => name => 'positive', family => 'integer', key => 1,
	values => literals('positive', 1, 2, 3, 50, 2147483647));
define(word => name => 'word', family => 'text',
	values => literals('word', 'a', 'b', 'abc', 'B'));
define(jsonb => name => 'jsonb', family => 'json', ordered => 0,
	values => literals('jsonb', '{}', '{"a": 1}', '{"a": {"b": 2, "c": [1, 2]}, "k": "v"}', '{"a": null, "l": [1, "x", {"y": 0}]}',
		'[]', '[1, 2, 3]', '["a", "b"]', '[{"a": 1}]', '"a"', '5', 'true', '{"a": "1", "k.l": {"m n": true}}', '{"a": {"b": {"c": 1}}}'));
define(json => name => 'json', family => 'plain', ordered => 0, no_equality => 1,
	values => literals('json', '{"a": 1}', '[1, 2]', '"x"'));
define(texts => name => 'text[]', family => 'list', element => 'text',
	values => literals('text[]', '{}', '{a}', '{a,b}', '{b,a,b}', '{NULL,a}', '{"",x y}', '{a,b,c,d}'));
define(integers => name => 'integer[]', family => 'list', element => 'integer',
	values => literals('integer[]', '{}', '{1}', '{1,2,3}', '{3,NULL,1}', '{2147483647}'));
define(numerics => name => 'numeric[]', family => 'list', element => 'numeric',
	values => literals('numeric[]', '{}', '{1.5}', '{1,2.25}', '{NULL}'));
define(bigints => name => 'bigint[]', family => 'list', element => 'bigint',
	values => literals('bigint[]', '{}', '{1}', '{1,2,3}', '{9223372036854775807,NULL}'));
define(booleans => name => 'boolean[]', family => 'list', element => 'boolean',
	values => literals('boolean[]', '{}', '{t}', '{f,t,NULL}'));
define(byteas => name => 'bytea[]', family => 'list', element => 'bytea',
	values => [ map { "ARRAY[$_]::bytea[]" } '', q('\x01'), q('\x01', NULL, '\x02') ]);
define(times => name => 'timestamptz[]', family => 'list', element => 'timestamptz',
	values => literals('timestamptz[]', '{}', '{"2020-01-01 00:00:00+00"}', '{"2020-01-01 00:00:00+00",NULL}'));
define(matrix => name => 'integer[]', family => 'opaque', ordered => 1,
	values => literals('integer[]', '{{1,2},{3,4}}', '{{5}}', '{1}', '{}'));
define(text_set => name => 'text[]', options => "type 'SS'", family => 'set', element => 'text',
	values => literals('text[]', '{a}', '{a,b}', '{x,y,z}', '{""}'));
define(number_set => name => 'integer[]', options => "type 'NS'", family => 'set', element => 'integer',
	values => literals('integer[]', '{1}', '{1,2}', '{-5,0,7}'));
define(numeric_set => name => 'numeric[]', options => "type 'NS'", family => 'set', element => 'numeric',
	values => literals('numeric[]', '{1}', '{1,2.5}', '{-5,0,7}'));
define(bigint_set => name => 'bigint[]', options => "type 'NS'", family => 'set', element => 'bigint',
	values => literals('bigint[]', '{1}', '{1,2}', '{-5,0,7}'));
define(byte_set => name => 'bytea[]', options => "type 'BS'", family => 'set', element => 'bytea',
	values => [ map { "ARRAY[$_]::bytea[]" } q('\x01'), q('\x01', '\x02'), q('\xff') ]);
define(pair => name => 'pair', family => 'composite', ordered => 0,
	values => literals('pair', '(1,a)', '(2,)', '(,b)', '(,)', '(-7,"x y")'));
define(nest => name => 'nest', family => 'nest', ordered => 0,
	values => [ map { "$_\::nest" } q(ROW(ROW(1,'a'),'{x}')), q(ROW(NULL,'{}')), q(ROW(ROW(NULL,'b'),NULL)) ]);
define(pairs => name => 'pair[]', family => 'pairs', ordered => 0,
	values => [ map { "$_\::pair[]" } q('{}'), q(ARRAY[ROW(1,'a')::pair]), q(ARRAY[ROW(1,'a')::pair, ROW(2,NULL)::pair]) ]);
define(document => name => 'jsonb', options => "document 'true'", family => 'json', ordered => 0, document => 1,
	values => literals('jsonb', '{}', '{"zz": 1}', '{"zz": {"b": [1, 2]}, "yy": "v"}', '{"zz": null}'));

# Columns that the extension stamps; no statement assigns them.
define(version => name => 'integer', options => "version 'true'", family => 'stamp', stamp => 'version',
	values => literals('integer', 1, 2, 3));
define(created => name => 'timestamptz', options => "created_at 'true'", family => 'stamp', stamp => 'created',
	values => literals('timestamptz', map { "$_+00" } @stamps));
define(updated => name => 'timestamptz(0)', options => "type 'N', updated_at 'true'", cast => 'timestamptz', family => 'stamp', stamp => 'updated',
	values => literals('timestamptz', map { "$_+00" } @stamps));

sub get { return $types{ $_[0] } // die "no type $_[0]" }
sub value_types { return grep { $_ ne 'document' && !$types{$_}->{stamp} } sort keys %types }
sub stamp_types { return grep { $types{$_}->{stamp} } sort keys %types }
sub key_types { return grep { $types{$_}->{key} } sort keys %types }

sub value { my ($type) = @_; return one_of(@{ $type->{values} }) }

# Few values, so that statements meet the rows that there are.
sub key_values
{
	my ($type) = @_;
	return @{ $type->{key_values} // $type->{values} };
}

1;
