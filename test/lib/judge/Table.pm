# Table.pm
#		A random foreign table and its twin, the rows of both, and a local table
#		to join them with.
#
# Both are called t, one in the schema "remote", one in the schema "twin", so
# that one statement says the same to both.
package Table;

use strict;
use utf8;
use warnings;

use JSON::PP;

use Kinds;
use Random;
use Type;

# Names that DynamoDB's expressions must not be told in plain.
my @odd_names = ('name', 'size', 'value', 'a.b', 'with space', "quo'te", 'x[1]', '#n', ':v', 'ünï', 'status');

sub new
{
	my ($class, %options) = @_;
	my $self = bless { columns => [], null_typed => [], imported => $options{imported}, small => $options{small}, watched => $options{watched} }, $class;

	$self->add('k', key_type(%options), key => 'partition');
	$self->add('s', key_type(%options), key => 'sort') if chance(0.6);
	my @types = some_of(4, 8, Type::value_types());
	push @types, one_of('integer', 'bigint', 'money') unless grep { /int|money/ } @types;
	push @types, 'text' if chance(0.3);
	my $number = 0;
	foreach my $type (@types)
	{
		$self->add('c' . ++$number, $type, not_null => chance(0.15));
	}
	$self->add('deep', 'deep') if chance(0.1) && !$self->{imported};
	$self->add('doc', 'document') if !$self->{watched} && chance(0.2);
	if (chance(0.2) && !$self->{watched})
	{
		$self->add($_, $_) foreach some_of(1, 3, Type::stamp_types());
	}
	$self->add('ttl', 'expires') if !$self->{watched} && !$self->{imported} && ($options{expired} || chance(0.1));
	my @integers = grep { $_->{type}->{family} eq 'integer' } $self->others;
	$self->add('g', 'integer', generated => 'coalesce(' . one_of(@integers)->{name} . ', 0) % 7') if @integers && !$self->raw_keys && !$self->{watched} && chance(0.1);
	$self->add_many if chance(0.03) && !$self->{imported} && !$self->{small};
	# a key that an equality does not address (cidr's is inet's) cannot be spoiled
	$self->{wrong} = !$self->{imported} && !$self->{small} && !$options{kinds} && chance(0.15) && !grep { $_->{type}->{family} =~ /json|plain|stamp/ || ($_->{type}->{rare} || $_->{type}->{id} eq 'cidr') && $_->{key} || $_->{not_null} || $_->{generated} || $_->{many} || $_->{type}->{expires} } @{ $self->{columns} };
	Kinds::choose($self) if !$self->{wrong} && !$self->{imported} && !$self->{watched} && ($options{kinds} || chance(0.3));
	$self->choose_keys;
	$self->choose_indexes if !$self->{wrong} && !$self->{kinds} && chance(0.6);
	return $self if $self->{imported};
	$self->{check} = $self->check_constraint if chance($self->{watched} ? 0.1 : 0.2);
	$self->{trigger} = one_of(@integers)->{name} if @integers && !$self->{wrong} && !$self->raw_keys && chance(0.07);
	$self->choose_second if $self->{small} && !$self->{watched};
	return $self;
}

# Another foreign table on the same items, t2, which knows some of the columns;
# in the twin it is a view.  What is done by its definition alone is not done
# by another one.
sub choose_second
{
	my ($self) = @_;
	return if $self->{kinds} || $self->{check} || $self->{trigger} || $self->expiry || grep { $_->{generated} || $_->{type}->{stamp} || $_->{type}->{document} } @{ $self->{columns} };
	$self->{second} = bless { %$self, columns => [ grep { $_->{key} || $_->{not_null} || chance(0.6) } @{ $self->{columns} } ], indexes => [] }, ref $self;
	return;
}

sub second_definition
{
	my ($self) = @_;
	my $second = $self->{second} // return '';
	my @columns = map { "$_->{name} " . ($_->{type}->{name} =~ /^(.*?)( COLLATE .*)?$/ ? $1 . column_options($_) . ($2 // '') : '') . ($_->{not_null} ? ' NOT NULL' : '') } @{ $second->{columns} };
	return "CREATE FOREIGN TABLE remote.t2 (\n  " . join(",\n  ", @columns) . "\n) SERVER dynamo OPTIONS (table_name 'judge');\n"
	  . 'CREATE VIEW twin.t2 AS SELECT ' . names(@{ $second->{columns} }) . " FROM twin.t;\n";
}

# One that can be part of a text, if all tables are to have templates.  Where
# items are told apart by their keys as they are read, a value has one spelling.
sub key_type
{
	my (%options) = @_;
	return one_of('text', 'text_c', 'integer', 'bigint', 'uuid', 'mood') if $options{watched};
	for (;;)
	{
		my $id = Type::key_type();
		my $type = Type::get($id);
		next if $options{small} && ($type->{spellings} || $type->{rare});
		return $id if !$options{kinds} || Kinds::is_field({ type => $type });
	}
}

sub add
{
	my ($self, $name, $type_id, %more) = @_;
	my $type = Type::get($type_id);
	my $attribute = !$type->{document} && chance(0.3) ? one_of(@odd_names) . ' ' . $name : undef;
	$attribute =~ s/ \Q$name\E$// if defined $attribute && !grep { ($_->{attribute} // '') . " $name" eq $attribute } @{ $self->{columns} };
	push @{ $self->{columns} }, { name => $name, type => $type, attribute => $attribute, %more };
	return;
}

# So many columns that a statement which names them all is longer than
# DynamoDB's expressions may be.  Few have a value.
sub add_many
{
	my ($self) = @_;
	push @{ $self->{columns} }, { name => "p$_", type => Type::get('integer'), many => 1 } foreach 1 .. one_of(250, 500, 900);
	return;
}

sub many { return grep { $_->{many} } @{ $_[0]->{columns} } }

# A few values for each part of the key: statements should meet the rows.  A
# small table has six keys at most.
sub choose_keys
{
	my ($self) = @_;
	my $number = 0;
	foreach my $column ($self->keys)
	{
		my @values = Type::key_values($column->{type});
		# one is kept for the item that no statement may change
		if ($self->{wrong})
		{
			$column->{wrong} = shift @values;
			@values = grep { Type::identity($_) ne Type::identity($column->{wrong}) } @values;
		}
		my $most = $self->sort_key ? 4 : 9;
		$most = $self->sort_key ? 2 + $number++ : 6 if $self->{small};
		$most = $self->sort_key ? 2 : 3 if $self->{watched};
		$column->{pool} = [ some_of(2, $most, @values) ];
		next if $self->{watched};
		my @others = Type::other_spellings(one_of(@{ $column->{pool} }));
		push @{ $column->{pool} }, one_of(@others) if @others && chance(0.5);
		push @{ $column->{pool} }, Type::longest($column->{type}, $column->{key}) if !$self->{kinds} && chance(0.1);
	}
	return;
}

# The same table, for a statement about keys that DynamoDB cannot hold: nothing
# if a part of the key can be whatever its type can.
sub with_impossible_keys
{
	my ($self) = @_;
	return if $self->{wrong} || $self->{imported} || $self->{kinds};
	my @columns = map { { %$_ } } @{ $self->{columns} };
	my $found = 0;
	foreach my $column (grep { $_->{key} } @columns)
	{
		my @impossible = Type::impossible($column->{type}, $column->{key}) or next;
		$column->{pool} = [ some_of(1, 3, @impossible), chance(0.3) ? one_of(@{ $column->{pool} }) : () ];
		$found = 1;
	}
	return $found ? bless { %$self, columns => \@columns }, ref $self : undef;
}

# ---- indexes ----

# What may be the key of an index: DynamoDB refuses empty ones, so no column of
# text to which a statement may assign one.  (Importing makes text of much.)
sub indexable
{
	my ($self) = @_;
	return grep { $_->{key} || !$_->{many} && ($_->{type}->{family} =~ /integer|numeric/ || !$self->{imported}) && ($_->{type}->{key} && $_->{type}->{family} ne 'text' && $_->{type}->{id} ne 'bytea' && !$_->{generated}) } @{ $self->{columns} };
}

sub choose_indexes
{
	my ($self) = @_;
	my @candidates = $self->indexable;
	my @others = grep { !$_->{key} } @candidates;
	my ($partition) = $self->keys;
	my @indexes;
	push @indexes, { kind => 'Local', partition => $partition, sort => one_of(@others) } if $self->sort_key && @others && chance(0.6);
	for (1 .. between(0, 2))
	{
		last if @candidates < 2;
		my ($first, $second) = some_of(2, 2, @candidates);
		# the longest partition key is too long for a sort key
		($first, $second) = ($second, $first) if ($second->{key} // '') eq 'partition' && $second->{type}->{long};
		push @indexes, { kind => 'Global', partition => $first, sort => chance(0.7) ? $second : undef };
	}
	foreach my $number (0 .. $#indexes)
	{
		my $index = $indexes[$number];
		$index->{name} = "index $number" =~ tr/ /_/r;
		$index->{projection} = one_of('ALL', 'ALL', 'KEYS_ONLY', 'INCLUDE');
		my @more = grep { !$_->{key} && !$_->{type}->{document} && $_ != $index->{partition} && $_ != ($index->{sort} // 0) } @{ $self->{columns} };
		$index->{projection} = 'KEYS_ONLY' if !@more && $index->{projection} eq 'INCLUDE';
		$index->{include} = [ some_of(1, 3, @more) ] if $index->{projection} eq 'INCLUDE';
	}
	$self->{indexes} = \@indexes;
	$self->{stale} = chance(0.7);
	return;
}

sub attribute { my ($column) = @_; return $column->{attribute} // $column->{name} }

sub attribute_type
{
	my ($column) = @_;
	my $type = $column->{type};
	return 'N' if $type->{family} =~ /integer|numeric|float/ || $type->{options} =~ /type 'N'/;
	return $type->{id} eq 'bytea' ? 'B' : 'S';
}

sub key_schema
{
	my ($partition, $sort) = @_;
	return [ { AttributeName => attribute($partition), KeyType => 'HASH' }, $sort ? { AttributeName => attribute($sort), KeyType => 'RANGE' } : () ];
}

sub create_request
{
	my ($self) = @_;
	my %used = map { attribute($_) => $_ } $self->keys, map { ($_->{partition}, $_->{sort} // ()) } @{ $self->{indexes} };
	my %request = (TableName => 'judge', BillingMode => 'PAY_PER_REQUEST',
		KeySchema => key_schema(($self->keys)[0], $self->sort_key),
		AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => attribute_type($used{$_}) } } sort keys %used ]);
	foreach my $index (@{ $self->{indexes} })
	{
		my %projection = (ProjectionType => $index->{projection});
		$projection{NonKeyAttributes} = [ map { attribute($_) } @{ $index->{include} } ] if $index->{include};
		push @{ $request{"$index->{kind}SecondaryIndexes"} }, { IndexName => $index->{name}, KeySchema => key_schema($index->{partition}, $index->{sort}), Projection => \%projection };
	}
	return "SELECT dyn_request('dynamo', 'CreateTable', " . Type::quote(JSON::PP->new->canonical->encode(\%request)) . ") IS NOT NULL;\n";
}

# ---- the row that has no twin ----

# An item whose attributes are of types that their columns cannot read.  It has
# no twin, and no statement may take it for a row.
sub wrong_item
{
	my ($self) = @_;
	return '' unless $self->{wrong};
	my @keys = $self->keys;
	my @attributes = map { ($_->{attribute} // $_->{name}) } $self->others;
	my $condition = join ' AND ', map { "$_->{name} = $_->{wrong}" } @keys;
	return 'INSERT INTO remote.t (' . names(@keys) . ') VALUES (' . join(', ', map { $_->{wrong} } @keys) . ");\n"
	  . 'CALL judge.spoil(' . Type::quote($condition) . ', ARRAY[' . join(', ', map { Type::quote($_) } @attributes) . "]);\n";
}

sub keys { return grep { $_->{key} } @{ $_[0]->{columns} } }
sub sort_key { return (grep { ($_->{key} // '') eq 'sort' } @{ $_[0]->{columns} })[0] }
sub others { return grep { !$_->{key} } @{ $_[0]->{columns} } }

# What statements assign and name themselves.
sub assignable { my (@columns) = @_; return grep { !$_->{key} && !$_->{generated} && !$_->{type}->{stamp} } @columns }
sub insertable { my (@columns) = @_; return grep { !$_->{generated} && (!$_->{type}->{stamp} || chance(0.2)) } @columns }
sub names { return join ', ', map { $_->{name} } @_ }

sub check_constraint
{
	my ($self) = @_;
	my @numbers = grep { $_->{type}->{family} eq 'integer' && !$_->{generated} } $self->others;
	return unless @numbers;
	my $column = one_of(@numbers);
	# no value of a row to begin with, but of many a SET
	return "CHECK ($column->{name} <> 5)";
}

# ---- definition ----

# What an earlier table has left goes.
sub reset_schemas
{
	return "DROP SCHEMA IF EXISTS remote, twin CASCADE;\nCREATE SCHEMA remote;\nCREATE SCHEMA twin;\nSET search_path = public, judge;\n";
}

sub column_options
{
	my ($column) = @_;
	my @options;
	push @options, "attribute_name " . Type::quote($column->{attribute}) if defined $column->{attribute};
	my $key = $column->{made_key} // ($column->{field} ? undef : $column->{key});
	push @options, "key '$key'" if $key;
	push @options, 'template ' . Type::quote($column->{template}) if $column->{template};
	push @options, $column->{type}->{options} if $column->{type}->{options};
	return @options ? ' OPTIONS (' . join(', ', @options) . ')' : '';
}

sub definition
{
	my ($self) = @_;
	my @remote;
	my @twin;
	foreach my $column (@{ $self->{columns} })
	{
		my ($type, $collation) = $column->{type}->{name} =~ /^(.*?)( COLLATE .*)?$/;
		my $constraint = $column->{not_null} ? ' NOT NULL' : '';
		my $generated = $column->{generated} ? " GENERATED ALWAYS AS ($column->{generated}) STORED" : '';
		push @remote, "$column->{name} $type" . column_options($column) . ($collation // '') . $constraint . ($column->{template} ? '' : $generated);
		push @twin, "$column->{name} $type" . ($collation // '') . $constraint . $generated;
	}
	push @remote, $self->{check} if $self->{check};
	push @twin, $self->{check} if $self->{check};
	push @twin, 'PRIMARY KEY (' . names($self->keys) . ')';
	my $stale = $self->{stale} ? ", consistent_read 'false'" : '';
	return "CREATE FOREIGN TABLE remote.t (\n  " . join(",\n  ", @remote) . "\n) SERVER dynamo OPTIONS (table_name 'judge'$stale);\n"
	  . "CREATE TABLE twin.t (\n  " . join(",\n  ", @twin) . "\n);\n"
	  . $self->normalisation
	  . $self->trigger
	  . $self->expire
	  . ($self->{indexes} || $self->raw_keys ? $self->create_request : "SELECT dyn_create_table('remote.t');\n")
	  . Kinds::put_items($self)
	  . $self->raw_definition
	  . $self->second_definition;
}

# Keys whose equal values DynamoDB would take for different ones cannot be
# written; rows that have them get into the table through another one, which
# takes them for text.
sub raw_keys { return grep { $_->{type}->{rare} } $_[0]->keys }

sub raw_definition
{
	my ($self) = @_;
	return '' unless $self->raw_keys;
	my @columns = map { "$_->{name} " . ($_->{key} && $_->{type}->{rare} ? 'text' : $_->{type}->{name} =~ s/ COLLATE.*//r) . column_options($_) } grep { !$_->{generated} } @{ $self->{columns} };
	return "CREATE FOREIGN TABLE remote.raw (\n  " . join(",\n  ", @columns) . "\n) SERVER dynamo OPTIONS (table_name 'judge');\n";
}

# ---- the normalisations ----

# What DynamoDB cannot tell apart, and what a stored row becomes in the twin.
# This is the whole list; the README repeats it.
#
#	numeric		the scale is not stored: 1.10 is read as 1.1
#	sets		no order, no duplicates; an empty one is no attribute
#	json, jsonb	JSON null as a whole is no attribute
#	document	no attributes are an empty object, not NULL
#	stamps		version, created_at and updated_at are what the README says;
#				both sides have one time of day
my %normal = (
	numeric => 'trim_scale(NEW.%1$s)',
	set => 'judge.normal_set(NEW.%1$s)',
	json => "nullif(NEW.%1\$s, 'null')",
	json_text => "CASE WHEN NEW.%1\$s::text <> 'null' THEN NEW.%1\$s END",
	document => "coalesce(NEW.%1\$s, '{}')",
	version => "CASE WHEN TG_OP = 'UPDATE' THEN coalesce(OLD.%1\$s, 0) + 1 ELSE coalesce(NEW.%1\$s, 1) END",
	created => "CASE WHEN TG_OP = 'UPDATE' THEN OLD.%1\$s ELSE coalesce(NEW.%1\$s, judge.now()) END",
	updated => "CASE WHEN TG_OP = 'UPDATE' THEN date_trunc('second', judge.now()) ELSE coalesce(NEW.%1\$s, date_trunc('second', judge.now())) END",);

sub normal_form
{
	my ($column) = @_;
	my $type = $column->{type};
	return $normal{ $type->{stamp} } if $type->{stamp};
	return $normal{document} if $type->{document};
	return $normal{set} if $type->{family} eq 'set';
	return $normal{json} if $type->{id} eq 'jsonb';
	return $normal{json_text} if $type->{id} eq 'json';
	return $normal{numeric} if $type->{id} eq 'numeric';
	return;
}

sub normalisation
{
	my ($self) = @_;
	my @steps = map { my $form = normal_form($_); $form ? sprintf("  NEW.%1\$s := $form;\n", $_->{name}) : () } @{ $self->{columns} };
	return '' unless @steps;
	return "CREATE FUNCTION twin.normalise() RETURNS trigger LANGUAGE plpgsql AS \$\$\nBEGIN\n"
	  . join('', @steps) . "  RETURN NEW;\nEND \$\$;\n"
	  . "CREATE TRIGGER normalise BEFORE INSERT OR UPDATE ON twin.t FOR EACH ROW EXECUTE FUNCTION twin.normalise();\n";
}

# A row trigger on both sides, which comes before the normalisation.
sub trigger
{
	my ($self) = @_;
	my $name = $self->{trigger} // return '';
	return "CREATE FUNCTION twin.bend() RETURNS trigger LANGUAGE plpgsql AS \$\$\nBEGIN\n"
	  . "  IF NEW.$name = 2 THEN NEW.$name := 3; END IF;\n  RETURN NEW;\nEND \$\$;\n"
	  . join '', map { "CREATE TRIGGER bend BEFORE INSERT OR UPDATE ON $_.t FOR EACH ROW EXECUTE FUNCTION twin.bend();\n" } 'remote', 'twin';
}

# ---- items that have expired ----

sub expiry { return (grep { $_->{type}->{expires} } @{ $_[0]->{columns} })[0] }

# A row that expires is gone after the statement.
sub expire
{
	my ($self) = @_;
	my $column = $self->expiry // return '';
	return "CREATE FUNCTION twin.expire() RETURNS trigger LANGUAGE plpgsql AS \$\$\nBEGIN\n"
	  . "  DELETE FROM twin.t WHERE $column->{name} BETWEEN extract(epoch FROM now()) - 5 * 365 * 86400 AND extract(epoch FROM now());\n  RETURN NULL;\nEND \$\$;\n"
	  . "CREATE TRIGGER expire AFTER INSERT OR UPDATE ON twin.t FOR EACH STATEMENT EXECUTE FUNCTION twin.expire();\n";
}

# Items that have expired, at keys that statements meet: the twin has none.
# Before the rows, which replace some of them, and beside the rows.
sub expired_statements
{
	my ($self, $is_beside) = @_;
	my $sql = join '', map { $self->row_statement('remote', @$_) } @{ $self->{expired_rows} // [] };
	return $is_beside ? $self->raw_keys ? '' : $sql =~ s/\);$/) ON CONFLICT DO NOTHING;/gmr : $sql;
}

# ---- rows ----

sub random_key { my ($self) = @_; return map { one_of(@{ $_->{pool} }) } $self->keys }

sub random_value
{
	my ($column) = @_;
	return 'DEFAULT' if $column->{generated};
	return one_of(@{ $column->{pool} }) if $column->{pool};
	return 'NULL' if !$column->{not_null} && !$column->{type}->{stamp} && chance($column->{many} ? 0.9 : 0.25);
	return Type::value($column->{type});
}

sub random_rows
{
	my ($self) = @_;
	my %seen;
	my @rows;
	for (1 .. between(6, 14))
	{
		my @row = map { random_value($_) } @{ $self->{columns} };
		my $key = join ', ', map { Type::identity($_) } @row[ 0 .. $self->keys - 1 ];
		push @rows, \@row unless $seen{$key}++;
	}
	$self->{rows} = \@rows;
	$self->{expired_rows} = [ map { [ map { $_->{type}->{expires} ? '1767225600::bigint' : random_value($_) } @{ $self->{columns} } ] } 1 .. 20 ] if $self->expiry;

	# attributes of type NULL, where the twin has NULL, but for keys of indexes
	$self->{null_typed} = [];
	my %indexed = map { $_->{name} => 1 } map { ($_->{partition}, $_->{sort} // ()) } @{ $self->{indexes} // [] };
	foreach my $column ($self->others)
	{
		next if $self->{wrong} || $column->{many} || $indexed{ $column->{name} } || $column->{not_null} || $column->{type}->{document} || $column->{type}->{stamp} || $column->{generated} || !chance(0.4);
		push @{ $self->{null_typed} }, $column->{attribute} // $column->{name};
	}
	return;
}

sub with_rows { my ($self, $rows) = @_; return bless { %$self, rows => $rows }, ref $self }

sub row_statement
{
	my ($self, $schema, @values) = @_;
	my $insert = "INSERT INTO $schema.t VALUES (" . join(', ', @values) . ')';
	return "$insert;\n" unless $schema eq 'remote' && $self->raw_keys;
	my @columns = @{ $self->{columns} };
	my @named = grep { !$columns[$_]->{generated} } 0 .. $#columns;
	my @raw = map { $columns[$_]->{key} && $columns[$_]->{type}->{rare} ? "($values[$_])::text" : $values[$_] } @named;
	return 'CALL judge.fill(' . Type::quote($insert) . ', ' . Type::quote('INSERT INTO remote.raw (' . names(@columns[@named]) . ') VALUES (' . join(', ', @raw) . ')') . ");\n";
}

sub row_statements
{
	my ($self) = @_;
	my $sql = $self->expired_statements;
	foreach my $schema ('remote', 'twin')
	{
		$sql .= $self->row_statement($schema, @$_) foreach @{ $self->{rows} };
	}
	$sql .= $self->expired_statements(1);
	$sql .= $self->wrong_item;
	$sql .= 'SELECT judge.make_null_typed(' . Type::quote($_) . ", 2);\n" foreach @{ $self->{null_typed} };
	return $sql;
}

1;
