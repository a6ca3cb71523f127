# Imported.pm
#		A table as IMPORT FOREIGN SCHEMA has found it: a random table is made
#		and filled, forgotten, and imported again.  Its twin begins with what
#		the imported one shows.
package Imported;

use strict;
use utf8;
use warnings;

use parent -norequire, 'Table';

use Random;
use Table;
use Type;

# What the importer makes of attributes: SQL type and options => type.
my %types = (
	'text' => 'text', 'text C' => 'text_c', 'numeric' => 'numeric', 'bigint' => 'bigint',
	'boolean' => 'boolean', 'bytea' => 'bytea', 'jsonb' => 'jsonb', 'jsonb document=true' => 'document',
	'text[]' => 'texts', 'numeric[]' => 'numerics', 'bigint[]' => 'bigints', 'boolean[]' => 'booleans', 'bytea[]' => 'byteas',
	'text[] type=SS' => 'text_set', 'numeric[] type=NS' => 'numeric_set', 'bigint[] type=NS' => 'bigint_set', 'bytea[] type=BS' => 'byte_set');

# run_script: runs SQL, and returns what psql says.
sub new
{
	my ($class, $run_script) = @_;
	my $source = Table->new(imported => 1);
	$source->random_rows;
	my @options = ("column_case 'snake_case'");
	push @options, "number_type 'bigint'" if chance(0.3);
	my $self = bless { source => $source, rows => $source->{rows}, columns => [], null_typed => [], import_options => join(', ', @options) }, $class;
	my $output = $run_script->("SET client_min_messages = error;\nCALL judge.drop_table();\n" . Table::reset_schemas() . $self->import_statements . columns_query());
	$self->add_column($_) foreach $output =~ /^COLUMN\|(.*)$/mg;
	die "nothing was imported:\n$output" unless $self->keys;
	foreach my $column ($self->keys)
	{
		my $stored = $run_script->("SELECT DISTINCT 'VALUE|' || quote_literal($column->{name}) || '::' || pg_typeof($column->{name}) FROM remote.t;\n");
		$column->{pool} = [ sort(some_of(1, 5, $stored =~ /^VALUE\|(.*)$/mg)), some_of(1, 2, Type::key_values($column->{type})) ];
	}
	return $self;
}

sub columns_query
{
	return <<~'END';
		SELECT 'COLUMN', quote_ident(attname), format_type(atttypid, atttypmod) || CASE WHEN attcollation = '"C"'::regcollation THEN ' C' ELSE '' END, array_to_string(attfdwoptions, '|')
		FROM pg_attribute WHERE attrelid = 'remote.t'::regclass AND attnum > 0 ORDER BY attnum;
		END
}

sub add_column
{
	my ($self, $line) = @_;
	my ($name, $type, @options) = split /\|/, $line;
	my %option = map { split /=/, $_, 2 } @options;
	my $said = join ' ', $type, map { "$_=$option{$_}" } grep { exists $option{$_} } 'type', 'document';
	my $id = $types{$said} // die "an imported column is of type \"$said\"\n";
	push @{ $self->{columns} }, { name => $name, type => Type::get($id), attribute => $option{attribute_name}, key => $option{key} };
	return;
}

sub import_statements
{
	my ($self) = @_;
	my $source = $self->{source};
	return $source->definition
	  . $source->row_statements
	  . Table::reset_schemas()
	  . "IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (judge) FROM SERVER dynamo INTO remote OPTIONS ($self->{import_options});\n"
	  . "ALTER FOREIGN TABLE remote.judge RENAME TO t;\n"
	  . ($source->{stale} ? "ALTER FOREIGN TABLE remote.t OPTIONS (ADD consistent_read 'false');\n" : '');
}

sub definition
{
	my ($self) = @_;
	my @columns = map { "$_->{name} $_->{type}->{name}" } @{ $self->{columns} };
	return $self->import_statements
	  . "CREATE TABLE twin.t (\n  " . join(",\n  ", @columns, 'PRIMARY KEY (' . Table::names($self->keys) . ')') . "\n);\n"
	  . $self->normalisation;
}

sub row_statements { return "INSERT INTO twin.t SELECT * FROM remote.t;\n" }

sub with_rows
{
	my ($self, $rows) = @_;
	return bless { %$self, rows => $rows, source => $self->{source}->with_rows($rows) }, ref $self;
}

1;
