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
#	spellings	equal values may be read as different texts
#	no_least	has no min() and max()
#	optional	what the server must have for it
#	rare		as a key, which DynamoDB then cannot tell from its equals
#	impossible	literals, of values that no key can hold
#	long		a literal of so many bytes, of which DynamoDB limits the number
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
	return [ map { '(' . quote($_) . '::text COLLATE "any_case")' } @texts ] if $type eq 'any_case';
	return [ map { quote($_) . "::$type" } @texts ];
}

my %types;
my %same;			# literal => the one that stands for all of its equals

# Literals of which each group is one value, spelled in several ways.
sub spelled
{
	my ($type, @groups) = @_;
	my @literals;
	foreach my $group (map { ref $_ ? $_ : [$_] } @groups)
	{
		my @spellings = @{ literals($type, @$group) };
		$same{$_} = $spellings[0] foreach @spellings;
		push @literals, @spellings;
	}
	return \@literals;
}

sub define
{
	my ($id, %type) = @_;
	$types{$id} = { id => $id, options => '', ordered => 1, %type };
	return;
}

# Times at the edges: before year 1, after 9999, leap days, microseconds.
my @edges = ('0044-03-15 12:00:00 BC', '4713-01-01 00:00:00 BC', '0001-12-31 23:59:59.999999 BC', '0001-01-01 00:00:00', '1900-02-28 23:59:59.999999',
	'2024-02-29 00:00:00.000001', '9999-12-31 23:59:59.999999', '10000-01-01 00:00:00', '10000-02-29 00:00:00', '294276-12-31 23:59:59.999999');
my @second_edges = grep { !/\./ } @edges, '294276-12-31 23:59:59';
my @infinities = ('infinity', '-infinity');

sub in_utc { return map { /^(.*?)( BC)?$/ ? $1 . '+00' . ($2 // '') : () } @_ }

my @uuids = map { sprintf '%08x-0000-4000-8000-00000000000%x', 7 * $_, $_ } 0 .. 6;
my @texts = ('a', 'b', 'ab', 'abc', 'B', '', 'a%b', 'a_c', "it's", 'ä', 'Zürich', '5', '  x ', 'naïve "q"', '日本');
sub long_text { my ($bytes) = @_; return "repeat('x', $bytes)" }
sub long_bytes { my ($bytes) = @_; return "decode(repeat('ab', $bytes), 'hex')" }
my @short_texts = ('a', 'b', 'ab', 'B', 'a%', 'äö');
my @stamps = ('2020-01-01 00:00:00', '2024-02-29 12:34:56', '2026-11-23 08:00:00', '1999-12-31 23:59:59', '1970-01-01 00:00:00');

define(smallint => name => 'smallint', family => 'integer', key => 1,
	values => literals('smallint', 0, 1, 2, 3, 7, -5, 32767, -32768, 32766));
define(integer => name => 'integer', family => 'integer', key => 1,
	values => literals('integer', 0, 1, 2, 3, 10, -1, 2147483647, -2147483648, 2147483600));
define(bigint => name => 'bigint', family => 'integer', key => 1,
	values => literals('bigint', 0, 1, 2, 3, 100, -7, '9223372036854775807', '-9223372036854775808', '9007199254740993'));
define(numeric => name => 'numeric', family => 'numeric', key => 1,
	values => spelled('numeric', [ 0, '0.00' ], [ 1, '1.0', '1.000' ], [ 2.5, '2.50' ], -3.25, '0.1', [ '100', '1e2', '100.0' ], '12345678901234567890123456789012345678', '1e30', '0.000001'),
	impossible => literals('numeric', 'NaN', 'Infinity', '-Infinity', '1e126', '-1e200', '1e-131', '123456789012345678901234567890123456789', '0.123456789012345678901234567890123456789'));
define(money => name => 'numeric(8,2)', family => 'numeric', key => 1,
	values => spelled('numeric(8,2)', 0, [ 1, '1.00' ], [ 2.5, '2.50', '2.499' ], -3.25, 99.99, '999999.99', '-999999.99'),
	impossible => literals('numeric(8,2)', 'NaN'));
define(real => name => 'real', family => 'float',
	values => literals('real', 0, 1, 1.5, -2.25, 0.1, 1e10));
define(double => name => 'double precision', family => 'float', key => 1, impossible => literals('double precision', 'NaN', @infinities, '1e200', '1e-200'),
	values => literals('double precision', 0, 1, 1.5, -2.25, 0.1, 1e20, 1e-20));
define(text => name => 'text', family => 'text', key => 1, long => \&long_text, impossible => literals('text', ''),
	values => literals('text', @texts), key_values => literals('text', grep { length } @texts));
define(text_c => name => 'text COLLATE "C"', cast => 'text', family => 'text', key => 1, long => \&long_text, impossible => literals('text', ''),
	values => literals('text', @texts), key_values => literals('text', grep { length } @texts));
define(varchar => name => 'varchar(3)', family => 'text', key => 1, impossible => literals('varchar(3)', ''),
	values => literals('varchar(3)', 'a', 'b', 'ab', 'abc', 'äöü', 'B'));
define(char => name => 'char(3)', family => 'opaque', key => 1,
	values => spelled('char(3)', [ 'a', 'a  ' ], [ 'b', 'b ' ], [ 'ab', 'ab ' ], 'abc', 'B'));
define(mood => name => 'mood', family => 'opaque', key => 1,
	values => literals('mood', 'sad', 'ok', 'happy'));
define(boolean => name => 'boolean', family => 'boolean',
	values => [ 'true', 'false' ]);
define(bytea => name => 'bytea', family => 'opaque', key => 1, no_least => 1, long => \&long_bytes, impossible => literals('bytea', '\x'),
	values => literals('bytea', '\x', '\x00', '\x0102', '\xff', '\xdeadbeef'),
	key_values => spelled('bytea', [ '\x00', '\\000' ], '\x0102', [ '\xff', '\377' ], [ '\xdeadbeef', '\xDEADBEEF' ]));
define(uuid => name => 'uuid', family => 'opaque', key => 1, no_least => 1,
	values => spelled('uuid', map { [ $_, uc "{$_}" ] } @uuids));
define(inet => name => 'inet', family => 'opaque', key => 1, no_least => 1,
	values => spelled('inet', [ '10.0.0.1', '10.0.0.1/32' ], '10.0.0.0/8', [ '::1', '0:0::1/128' ], '192.168.1.5/24', '::ffff:10.0.0.1'));
define(cidr => name => 'cidr', family => 'opaque', key => 1, no_least => 1,
	values => spelled('cidr', [ '10.0.0.0/8', '10' ], '10.0.0.0/24', [ '::1', '::1/128' ], [ '192.168.1', '192.168.1.0/24' ]));
define(macaddr => name => 'macaddr', family => 'opaque', key => 1, no_least => 1,
	values => spelled('macaddr', [ '08:00:2b:01:02:03', '08002B:010203' ], [ 'ff:ff:ff:00:00:01', 'ffff.ff00.0001' ]));
define(bit => name => 'bit(4)', cast => 'bit(4)', family => 'opaque', key => 1, no_least => 1,
	values => spelled('bit(4)', [ '0101', 'x5' ], '0000', [ '1111', 'xf' ]));
define(varbit => name => 'varbit', family => 'opaque', key => 1, no_least => 1,
	values => spelled('varbit', [ '0101', 'x5' ], '1', '10', '00001'));
define(date => name => 'date', family => 'opaque', key => 1,
	values => literals('date', '2020-01-01', '2024-02-29', '1999-12-31', '0001-01-01', '4000-01-01', '0044-03-15 BC', '0001-12-31 BC', '9999-12-31', '10000-01-01', '5874897-12-31', @infinities));
define(timestamp => name => 'timestamp', family => 'opaque', key => 1,
	values => literals('timestamp', @stamps, @edges, '2020-01-01 00:00:00.000001', @infinities));
define(timestamptz => name => 'timestamptz', family => 'opaque', key => 1,
	values => spelled('timestamptz', in_utc(@stamps, @edges), [ '2020-01-01 00:00:00.5+00', '2020-01-01 02:30:00.5+02:30' ], [ '2020-06-01 00:00:00+00', '2020-05-31 20:00 America/New_York' ], @infinities));
define(time => name => 'time', family => 'opaque', key => 1,
	values => literals('time', '00:00:00', '12:34:56', '23:59:59.999999', '24:00:00'));
define(timetz => name => 'timetz', family => 'opaque', key => 1,
	values => spelled('timetz', '00:00:00+00', [ '12:34:56+00', '12:34:56Z' ], '13:34:56+01', '23:59:59.999999-12'));
my @intervals = ([ '1 day', '24:00', '23 hours 60 minutes' ], [ '1 mon', '30 days', '29 days 24:00' ], [ '1 year', '12 mons', '360 days' ], '-1 hour', [ '0', '1 day -24:00', '1 mon -30 days' ],
	'00:00:00.000001', [ '-1 days', '-24:00', '1 mon -31 days' ]);
define(interval => name => 'interval', family => 'opaque', key => 1, spellings => 1, no_least => 1, values => spelled('interval', @intervals));
define(lapse => name => 'lapse', family => 'opaque', key => 1, spellings => 1, no_least => 1, values => spelled('lapse', @intervals));
define(any_case => name => 'text COLLATE "any_case"', cast => 'text', family => 'opaque', key => 1, optional => 'any_case', rare => 1, spellings => 1, no_least => 1,
	values => spelled('any_case', [ 'ab', 'AB', 'Ab' ], [ 'x', 'X' ], '5', [ 'zü', 'ZÜ' ]));
define(citext => name => 'citext', family => 'opaque', key => 1, optional => 'citext', rare => 1, spellings => 1, no_least => 1,
	values => spelled('citext', [ 'ab', 'AB', 'Ab' ], [ 'x', 'X' ], '5', [ 'zü', 'ZÜ' ]));
define(int4range => name => 'int4range', family => 'opaque', key => 1, rare => 1, spellings => 1, no_least => 1,
	values => spelled('int4range', [ '[1,5)', '[1,4]', '(0,5)' ], [ 'empty', '[3,3)' ], '(,)', '[7,)'));
define(numrange => name => 'numrange', family => 'opaque', key => 1, rare => 1, spellings => 1, no_least => 1,
	values => spelled('numrange', [ '[1,2)', '[1.0,2.00)' ], [ 'empty', '[3,3)' ], '(,5]', '[0.5,)'));
define(tstzrange => name => 'tstzrange', family => 'opaque', key => 1, rare => 1, spellings => 1, no_least => 1,
	values => spelled('tstzrange', [ '[2020-01-01 00:00+00,)', '[2020-01-01 01:00+01,)' ], '[2020-01-01 00:00+00,10000-01-01 00:00+00]', 'empty'));
define(epoch => name => 'timestamptz', options => "type 'N'", family => 'opaque', key => 1,
	values => literals('timestamptz', in_utc(@stamps, @second_edges)), impossible => literals('timestamptz', @infinities, '2020-01-01 00:00:00.5+00'));
define(epoch_ms => name => 'timestamp', options => "type 'N', unit 'ms'", family => 'opaque', key => 1,
	values => literals('timestamp', @stamps, @second_edges, '2020-01-01 00:00:00.123'), impossible => literals('timestamp', @infinities, '2020-01-01 00:00:00.0001'));
define(epoch_us => name => 'timestamptz', options => "type 'N', unit 'us'", family => 'opaque', key => 1,
	values => literals('timestamptz', in_utc(@stamps, @edges, '2020-01-01 00:00:00.123456')), impossible => literals('timestamptz', @infinities));
define(epoch_day => name => 'date', options => "type 'N'", family => 'opaque', key => 1,
	values => literals('date', '2020-01-01', '2024-02-29', '1969-12-31', '0044-03-15 BC', '10000-01-01', '5874897-12-31'), impossible => literals('date', @infinities));
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

# Objects in objects, up to as deep as DynamoDB's go.
sub nested { my ($levels, $inmost) = @_; return '{"a": ' x $levels . $inmost . '}' x $levels }

define(deep => name => 'jsonb', family => 'json', ordered => 0, deep => 1,
	values => literals('jsonb', nested(3, '4'), nested(27, '[{"b": "v"}]'), nested(30, '4'), nested(30, '"v"'), '{"b": [[[[1]]]]}', '[]'));

# Columns that the extension stamps; no statement assigns them.
define(version => name => 'integer', options => "version 'true'", family => 'stamp', stamp => 'version',
	values => literals('integer', 1, 2, 3));
define(created => name => 'timestamptz', options => "created_at 'true'", family => 'stamp', stamp => 'created',
	values => literals('timestamptz', map { "$_+00" } @stamps));
define(updated => name => 'timestamptz(0)', options => "type 'N', updated_at 'true'", cast => 'timestamptz', family => 'stamp', stamp => 'updated',
	values => literals('timestamptz', map { "$_+00" } @stamps));

# The time at which a row expires, if the table has such a column: over, ahead,
# and too long ago to count.
define(expires => name => 'bigint', options => "ttl 'true', hide_expired 'true'", family => 'integer', expires => 1,
	values => literals('bigint', 1767225600, 1780000000, 4102444800, 4102444801, 1000000000, 0, -7));

sub get { return $types{ $_[0] } // die "no type $_[0]" }
sub value_types { return grep { $_ !~ /^(document|deep)$/ && !$types{$_}->{stamp} && !$types{$_}->{expires} } sort keys %types }
sub stamp_types { return grep { $types{$_}->{stamp} } sort keys %types }

# What else the server has, of what some types need: without it they are none.
sub keep_optional
{
	my %there = map { $_ => 1 } @_;
	delete @types{ grep { $types{$_}->{optional} && !$there{ $types{$_}->{optional} } } keys %types };
	return;
}

# A type for a key: often one of those whose values DynamoDB might put in
# another order, or take for different ones.
sub key_type
{
	my @keys = grep { $types{$_}->{key} } sort keys %types;
	my @rare = grep { $types{$_}->{rare} } @keys;
	return one_of(@rare) if chance(0.04);
	return one_of('date', 'timestamp', 'timestamptz', 'interval', 'lapse', 'epoch_us') if chance(0.25);
	return one_of(grep { !$types{$_}->{rare} } @keys);
}

# Of two literals with the same result the values are equal.
sub identity { my ($literal) = @_; return $same{$literal} // $literal }

sub other_spellings { my ($literal) = @_; return grep { $_ ne $literal && $same{$_} eq identity($literal) } sort keys %same }

# How many bytes DynamoDB allows in a part of a key.
my %most_bytes = (partition => 2048, sort => 1024);

# The longest value of a part of a key, if there is one.
sub longest { my ($type, $part) = @_; return $type->{long} ? $type->{long}->($most_bytes{$part}) : () }

# What no part of a key can hold.
sub impossible
{
	my ($type, $part) = @_;
	return (@{ $type->{impossible} // [] }, $type->{long} ? ($type->{long}->($most_bytes{$part} + 1), $type->{long}->(5000)) : ());
}

sub value { my ($type) = @_; return one_of(@{ $type->{values} }) }

# Few values, so that statements meet the rows that there are.
sub key_values
{
	my ($type) = @_;
	return @{ $type->{key_values} // $type->{values} };
}

1;
