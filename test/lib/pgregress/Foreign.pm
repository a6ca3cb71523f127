# Foreign.pm
#		Makes of an ordinary table that a file has just made a foreign table of
#		the same definition, with what of it foreign tables can have.
#
# A primary key of one or two columns becomes the key, and unique columns
# become a primary key on both sides, where there is no other.  Other tables
# get two more columns, last, on both sides: zp_TABLE, which is always 1, and
# zr_TABLE, which counts.  Their names differ from table to table, so that
# NATURAL JOIN, SELECT * of a join and CREATE TABLE AS mean what they did; INSERT
# without columns finds them last and leaves them to their defaults.  What zr_
# holds is not compared: it goes by the order in which rows were read.
#
# Partitions become foreign tables where their parent has no primary key, and
# children of other tables do.  Partitioned tables stay what they are.
#
# What an ordinary table has besides is taken from it: unique constraints other
# than the key, foreign keys.  And it stores numbers as DynamoDB does, by a
# trigger: numeric without its scale, -0 as 0.
#
package Foreign;

use strict;
use warnings;

# Tables of the ordinary side, by oid, with why each was made or not made a
# foreign table.
sub new
{
	my ($class, $ordinary, $foreign, $prefix) = @_;
	return bless {
		ordinary => $ordinary, foreign => $foreign, prefix => $prefix,
		known => {}, made => 0, stored => {}, foreign_of => {}, unique => {}
	}, $class;
}

use constant TABLES => q{
SELECT c.oid, quote_ident(n.nspname), quote_ident(c.relname), c.relkind,
  c.relispartition, c.relpersistence, c.reloftype <> 0,
  (SELECT coalesce(string_agg(i.inhparent::regclass::text, ', '
     ORDER BY i.inhseqno), '')
   FROM pg_inherits i WHERE i.inhrelid = c.oid),
  EXISTS (SELECT FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attidentity <> ''),
  c.relname, coalesce(pg_get_expr(c.relpartbound, c.oid), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
ORDER BY c.oid};

# The columns of a table, as CREATE FOREIGN TABLE wants them.
use constant COLUMNS => q{
SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
    THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
  CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
  CASE WHEN a.attgenerated <> '' THEN
      ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
    WHEN d.adbin IS NOT NULL THEN
      ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
    ELSE '' END,
  coalesce(array_position(k.conkey, a.attnum), 0),
  a.atttypid::int8, a.atttypmod,
  coalesce(pg_get_serial_sequence(a.attrelid::regclass::text, a.attname), ''),
  a.attname, a.attislocal
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'
WHERE a.attrelid = %d AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum};

# Runs statements on one side, all or none of them; says whether it did.
sub attempt
{
	my ($self, $side, @sql) = @_;
	my $open = $side->{transaction} ne '';

	$side->run($open ? 'SAVEPOINT pgregress;' : 'BEGIN;');
	foreach my $sql (@sql)
	{
		my $result = $side->run($sql =~ /\n\z/ ? $sql : "$sql;");
		next if $result->{state} eq '00000';
		$self->{failure} = "$result->{state} $result->{message}";
		$side->run($open ? 'ROLLBACK TO SAVEPOINT pgregress;' : 'ROLLBACK;');
		return 0;
	}
	$side->run($open ? 'RELEASE SAVEPOINT pgregress;' : 'COMMIT;');
	return 1;
}

# Tables that are there now and were not when this was asked before.
sub new_tables
{
	my ($self) = @_;
	my @new;
	foreach my $row ($self->{ordinary}->query(TABLES))
	{
		my %table;
		@table{qw(oid schema name kind partition persistence typed parents
			  identity plain bound)} = @$row;
		push @new, \%table unless $self->{known}{ $table{oid} }++;
	}
	return @new;
}

# Why a table cannot be a foreign table, for the sake of PostgreSQL itself.
sub unsuitable
{
	my ($table) = @_;
	return 'temporary tables' if $table->{persistence} eq 't';
	return 'tables of composite types' if $table->{typed} eq 't';
	return 'identity columns' if $table->{identity} eq 't';
	return;
}

sub columns
{
	my ($self, $table) = @_;
	my @columns;
	foreach my $row ($self->{ordinary}->query(sprintf COLUMNS, $table->{oid}))
	{
		my %column;
		@column{qw(name type collation null default key type_oid modifier
			  sequence plain local)} = @$row;
		push @columns, \%column;
	}
	return @columns;
}

sub literal
{
	my ($value) = @_;
	return "'" . $value =~ s/'/''/gr . "'";
}

# The attribute is named, so that it stays the same if the column gets another
# name, and not as the column, or one that gets the old name would share it.
sub column_options
{
	my ($column, $add) = @_;
	my @options = 'attribute_name ' . literal("$column->{plain}.");
	push @options, "key '" . ($column->{key} == 1 ? 'partition' : 'sort') . "'"
	  if $column->{key};
	return 'OPTIONS (' . join(', ', map { $add . $_ } @options) . ')';
}

# The columns that a child has of its parents are not named: they come and go
# with theirs.
sub table_definition
{
	my ($self, $table, @columns) = @_;
	my $name = "$table->{schema}.$table->{name}";
	my $inherits = $table->{bound} eq '' ? $table->{parents} : '';
	my $stored = join '_', $self->{prefix}, ++$self->{made},
	  $table->{plain} =~ s/\W/_/gr;
	my @own = grep { !$inherits || $_->{local} eq 't' } @columns;
	my @inherited = grep { $inherits && $_->{local} eq 'f' } @columns;
	my @parts = map {
		"$_->{name} $_->{type} " . column_options($_, '')
		  . join '', @$_{qw(collation null default)}
	} @own;

	push @parts, map { "CONSTRAINT $_->[0] $_->[1]" } $self->{ordinary}->query(
		"SELECT quote_ident(conname), pg_get_constraintdef(oid)
		 FROM pg_constraint WHERE conrelid = $table->{oid} AND contype = 'c'
		   AND conislocal ORDER BY conname");
	return (
		"CREATE FOREIGN TABLE $name (" . join(', ', @parts) . ')'
		  . ($inherits ? " INHERITS ($inherits)" : '')
		  . ' SERVER dynamo OPTIONS (table_name ' . literal($stored) . ')',
		(map {
			"ALTER FOREIGN TABLE $name ALTER COLUMN $_->{name} "
			  . column_options($_, 'ADD ')
		} @inherited),
		$table->{bound} eq '' ? () :
		  "ALTER TABLE $table->{parents}
		   ATTACH PARTITION $name $table->{bound}");
}

# The statements that make the foreign table and its table in DynamoDB.
sub definition
{
	my ($self, $table, @columns) = @_;
	my $name = "$table->{schema}.$table->{name}";
	my @serial = grep { $_->{sequence} } @columns;

	return (
		(map { "CREATE SEQUENCE IF NOT EXISTS $_->{sequence}" } @serial),
		$self->table_definition($table, @columns),
		(map { "ALTER SEQUENCE $_->{sequence} OWNED BY $name.$_->{name}" }
			@serial),
		'SELECT public.dyn_create_table(' . literal($name) . ')');
}

# What foreign tables cannot have.
sub drop_constraints
{
	my ($self, $table, @kinds) = @_;
	my $kinds = join ', ', map { "'$_'" } @kinds;
	return map {
		"ALTER TABLE $table->{schema}.$table->{name}
		 DROP CONSTRAINT IF EXISTS $_->[0] CASCADE"
	} $self->{ordinary}->query(
		"SELECT quote_ident(conname) FROM pg_constraint
		 WHERE conrelid = $table->{oid} AND contype IN ($kinds)
		   AND conparentid = 0 AND coninhcount = 0
		 ORDER BY contype <> 'f'");
}

# The two columns of a table without a key.
sub add_hidden
{
	my ($table) = @_;
	my ($part, $row) = hidden_columns($table);
	return "ALTER TABLE $table->{schema}.$table->{name}
	  ADD COLUMN $part int NOT NULL DEFAULT 1,
	  ADD COLUMN $row int8 NOT NULL DEFAULT nextval('pgregress.row')";
}

# Partitions have the two columns of their parent, as children have; so says
# this, of a list of columns.  CREATE TABLE AS leaves others of such names, in
# which anything may stand.
sub use_inherited
{
	my (@columns) = @_;
	my %column = map { $_->{plain} => $_ } grep { $_->{null} } @columns;
	my ($part) = reverse grep {
		/^zp_/ && $column{ s/^zp_/zr_/r }
	} map { $_->{plain} } @columns;

	return 0 unless defined $part && $column{$part};
	$column{$part}{key} = 1;
	$column{ $part =~ s/^zp_/zr_/r }{key} = 2;
	return 1;
}

sub hidden_columns
{
	my ($table) = @_;
	my $plain = substr $table->{plain}, 0, 55;
	return map { '"' . $_ . $plain =~ s/"/""/gr . '"' } qw(zp_ zr_);
}

# What the trigger of an ordinary table does to its numbers, as [column,
# expression].
sub stored_numbers
{
	my (@columns) = @_;
	my %value = (
		1700 => 'pg_catalog.trim_scale(%s)',
		700 => '%s + 0::float4',
		701 => '%s + 0::float8');
	return map { [ $_->{name}, $value{ $_->{type_oid} } ] }
	  grep {
		$value{ $_->{type_oid} } && $_->{default} !~ /^ GENERATED/
		  && !($_->{type_oid} == 1700 && $_->{modifier} != -1)
	  } @columns;
}

# The trigger by which the ordinary table stores numbers as DynamoDB does.
sub store_as_there
{
	my ($self, $table) = @_;
	my $name = "$table->{schema}.$table->{name}";
	my @numbers = stored_numbers($self->columns($table));
	my $function = "pgregress.stored_$table->{oid}";
	my $body = join ' ',
	  map { "NEW.$_->[0] := " . sprintf("$_->[1];", "NEW.$_->[0]") } @numbers;

	return 1 unless @numbers || $self->{stored}{ $table->{oid} };
	# the function is nobody's who may be dropped
	$self->{keeper} //= Side->new($self->{ordinary}{database},
		$self->{ordinary}{directory});
	$self->{keeper}->query(
		"CREATE OR REPLACE FUNCTION $function() RETURNS trigger
		 LANGUAGE plpgsql AS \$\$ BEGIN $body RETURN NEW; END \$\$");
	return $self->attempt(
		$self->{ordinary},
		$self->{stored}{ $table->{oid} }++ ? () : (
			"UPDATE ONLY $name SET "
			  . join(', ',
				map { "$_->[0] = " . sprintf $_->[1], $_->[0] } @numbers),
			"CREATE TRIGGER \"~stored\" BEFORE INSERT OR UPDATE ON $name
			 FOR EACH ROW EXECUTE FUNCTION $function()"));
}

# ALTER TABLE may have changed which numbers there are, and where.
sub store_altered
{
	my ($self) = @_;
	foreach my $row ($self->{ordinary}->query(TABLES))
	{
		my %table;
		@table{qw(oid schema name)} = @$row;
		$self->store_as_there(\%table) if $self->{foreign_of}{ $table{oid} };
	}
	return;
}

sub finish
{
	my ($self) = @_;
	$self->{keeper}->finish if $self->{keeper};
	return;
}

# Copies the rows that CREATE TABLE AS has made.
sub copy_rows
{
	my ($self, $table, @columns) = @_;
	my $name = "$table->{schema}.$table->{name}";
	my $names = join ', ',
	  map { $_->{name} } grep { $_->{default} !~ /^ GENERATED/ } @columns;
	my $file = "$self->{ordinary}{file}.rows";
	my $out = $self->{ordinary}
	  ->run("\\copy (SELECT $names FROM ONLY $name) TO '$file'\n");
	die "$out->{message}\n" if $out->{state} ne '00000';
	return 1 if -z $file;
	return $self->attempt($self->{foreign},
		"\\copy $name ($names) FROM '$file'\n");
}

# A foreign table cannot be referenced.
sub without_references
{
	my ($statement) = @_;
	my $action = qr/\s+(?:on\s+(?:delete|update)\s+(?:no\s+action|set\s+\w+|\w+)
		|match\s+\w+|not\s+deferrable|deferrable|initially\s+\w+)/xi;
	$statement =~ s/(?:,\s*(?:constraint\s+\w+\s+)?foreign\s+key\s*\([^)]*\)
	  |\bconstraint\s+\w+(?=\s+references))?
	  \s*\breferences\s+[\w.]+(?:\s*\([^)]*\))?$action*//xgi;
	return $statement =~ s/;\s*$//r;
}

# A table without a primary key that a foreign table can have, by the two
# columns.  Returns why it cannot be a foreign table.
sub make_hidden
{
	my ($self, $table, $statement) = @_;
	my @change = $self->drop_constraints($table, 'p', 'u', 'x', 'f');
	my $child = $table->{parents} ne '';
	my @columns = $self->columns($table);
	$_->{key} = 0 foreach @columns;
	my $inherited = $child && use_inherited(@columns);
	my ($part, $row) = hidden_columns($table);

	return 'partitions of tables with a primary key'
	  if !$inherited && $table->{bound} ne '';
	push @change, add_hidden($table),
	  "ALTER TABLE $table->{schema}.$table->{name}
	   ADD PRIMARY KEY ($part, $row)"
	  unless $inherited;
	$self->attempt($self->{ordinary}, @change) or die "$self->{failure}\n";
	@columns = $self->columns($table) unless $inherited;
	return
	  if $self->attempt($self->{foreign}, $self->definition($table, @columns));
	my $failure = $self->{failure};
	die "$failure\nin: $statement\n" if $failure !~ /^HV004 /;
	$self->attempt($self->{foreign}, without_references($statement), @change)
	  or die "$self->{failure}\nin: $statement\n";
	return $failure;
}

# The parent of partitions has the two columns for all of them.
sub make_partitioned
{
	my ($self, $table, $statement) = @_;
	my @change = $table->{partition} eq 't' ? () : (
		$self->drop_constraints($table, 'f'),
		$self->query_key($table) ? () : add_hidden($table));

	$self->attempt($self->{ordinary}, @change) or die "$self->{failure}\n";
	$self->attempt($self->{foreign}, without_references($statement), @change)
	  or die "$self->{failure}\nin: $statement\n";
	return 'partitioned tables';
}

sub query_key
{
	my ($self, $table) = @_;
	return $self->{ordinary}->query("SELECT 1 FROM pg_index
		WHERE indrelid = $table->{oid} AND indisunique");
}

# Unique columns of a table without a primary key become one: of UNIQUE, or of
# a unique index that the file makes later.
sub add_key
{
	my ($self, $table) = @_;
	my $name = "$table->{schema}.$table->{name}";
	return if $table->{parents} ne '';
	my ($unique) = $self->{ordinary}->query(
		"SELECT string_agg(quote_ident(attname), ', ')
		FROM pg_constraint k JOIN pg_attribute a
		  ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
		WHERE k.conrelid = $table->{oid} AND contype = 'u'
		  AND cardinality(conkey) <= 2
		  AND NOT EXISTS (SELECT FROM pg_constraint p
		    WHERE p.conrelid = $table->{oid} AND p.contype = 'p')
		GROUP BY k.oid ORDER BY k.oid");
	my $key = $unique ? $unique->[0] : $self->{unique}{ lc $table->{plain} };
	# an error, if there is a key or if rows are not unique
	$self->attempt($self->{ordinary},
		"ALTER TABLE $name ADD PRIMARY KEY ($key)") if $key;
	return;
}

# Makes a new table of the ordinary side one of both, a foreign one if it can
# be.  Returns why it cannot.
sub make
{
	my ($self, $table, $statement) = @_;
	return $self->make_partitioned($table, $statement)
	  if $table->{kind} eq 'p';
	my $reason = unsuitable($table);
	if ($reason)
	{
		$self->{foreign}->run($statement);
		return $reason;
	}
	$self->add_key($table);
	my @columns = $self->columns($table);
	my $keys = grep { $_->{key} } @columns;
	if ($keys > 0 && $keys <= 2
		&& $self->attempt($self->{foreign},
			$self->definition($table, @columns)))
	{
		my @change = $self->drop_constraints($table, 'u', 'x', 'f');
		$self->attempt($self->{ordinary}, @change) or die "$self->{failure}\n";
	}
	else
	{
		$reason = $self->make_hidden($table, $statement);
		$self->{foreign}->run($statement)
		  if ($reason // '') eq 'partitions of tables with a primary key';
		return $reason if $reason;
	}
	@columns = $self->columns($table);
	$self->{foreign_of}{ $table->{oid} } = 1;
	$self->store_as_there($table) or die "$self->{failure}\n";
	$self->copy_rows($table, @columns)
	  or return "rows: $self->{failure}";
	return;
}

1;
