# Contents.pm
#		What is in the foreign tables of one side and in the ordinary tables of
#		the other, and how the one is made equal to the other again.
#
# Foreign tables have to be made equal to the ordinary ones where PostgreSQL
# takes back what DynamoDB keeps (ROLLBACK, a statement that fails at its tenth
# row), where ALTER TABLE changes rows, and after a difference was found, so
# that the statements after it are judged by themselves.
#
package Contents;

use strict;
use warnings;

# Tables with more rows are looked at only after statements that name them,
# and at the end.
use constant SMALL => 200;

use constant MANY => 8;

sub new
{
	my ($class, $ordinary, $foreign) = @_;
	return bless {
		ordinary => $ordinary, foreign => $foreign, size => {}, lost => {}
	}, $class;
}

# The foreign tables that both sides may read, with their columns: those to
# compare, which the count of rows is not, and those that can be written.
use constant TABLES => q{
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relname,
  coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FILTER (WHERE a.attname !~ '^zr_'), ''),
  coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FILTER (WHERE a.attgenerated = ''), ''),
  c.relname || coalesce((
    WITH RECURSIVE up (parent) AS (
      SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid
      UNION
      SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.parent)
    SELECT string_agg('|' || p.relname, '')
    FROM up JOIN pg_class p ON p.oid = up.parent), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'f'
  AND has_table_privilege(c.oid, 'SELECT')
  AND has_schema_privilege(n.oid, 'USAGE')
GROUP BY c.oid, n.nspname ORDER BY 1};

# Queries of ours inside of a transaction must not be its end.
sub ask
{
	my ($side, $sql) = @_;
	my $open = $side->{transaction} eq 'open';
	my @rows;

	$side->run('SAVEPOINT pgregress;') if $open;
	my $done = eval { @rows = $side->query($sql); 1 };
	my $failure = $@;
	$side->run('ROLLBACK TO SAVEPOINT pgregress;') if $open && !$done;
	$side->run('RELEASE SAVEPOINT pgregress;') if $open;
	return $done ? \@rows : $failure;
}

sub tables
{
	my ($self) = @_;
	my $rows = ask($self->{foreign}, TABLES);
	return unless ref $rows;
	return map {
		my %table;
		@table{qw(name plain compared written family)} = @$_;
		\%table;
	} grep { !$self->{lost}{ $_->[0] } } @$rows;
}

# Those that a statement may have changed, as far as that can be known from
# its text; all without one.  If there are many, only those that it names, by
# themselves or by a parent: what it does to others is seen by the next
# statement that names none, or at the end.
sub tables_of
{
	my ($self, $words) = @_;
	my @tables = $self->tables;
	return @tables unless defined $words;
	my @named = grep {
		my $names = join '|', map { quotemeta } split /\|/, $_->{family};
		$words =~ /\b(?:$names)\b/i
	} @tables;
	return @named if @tables > MANY && @named;
	my %named = map { $_->{name} => 1 } @named;
	return grep {
		$named{ $_->{name} } || ($self->{size}{ $_->{name} } // 0) <= SMALL
	} @tables;
}

sub rows_of
{
	my ($table) = @_;
	return "SELECT ROW($table->{compared})::text FROM ONLY $table->{name}";
}

# Number of rows and digest of each table.
sub digests
{
	my ($side, @tables) = @_;
	my $rows = ask($side, join ' UNION ALL ', map {
		my $name = $_->{name} =~ s/'/''/gr;
		"SELECT '$name', count(*),
		   md5(string_agg(r, chr(10) ORDER BY r COLLATE \"C\"))
		 FROM (" . rows_of($_) . ') AS t(r)' } @tables);
	return $rows unless ref $rows;
	return { map { $_->[0] => "$_->[1] $_->[2]" } @$rows };
}

# Tables whose contents differ.  A table that cannot be read on one of the
# sides does.
sub different
{
	my ($self, $words) = @_;
	my @tables = $self->tables_of($words) or return;
	my $foreign = digests($self->{foreign}, @tables);
	my $ordinary = digests($self->{ordinary}, @tables);

	if (!ref $foreign || !ref $ordinary)
	{
		return map { $self->different_one($_) } @tables;
	}
	$self->{size}{$_} = (split / /, $foreign->{$_})[0] foreach keys %$foreign;
	return
	  grep { $foreign->{ $_->{name} } ne $ordinary->{ $_->{name} } } @tables;
}

sub different_one
{
	my ($self, $table) = @_;
	my @digests = map { digests($_, $table) } @$self{qw(ordinary foreign)};
	my ($ordinary, $foreign) =
	  map { ref $_ ? $_->{ $table->{name} } : $_ } @digests;
	return $ordinary eq $foreign ? () : $table;
}

# The rows of a table on a side, or why they cannot be read.
sub rows
{
	my ($side, $table) = @_;
	my $rows = ask($side, rows_of($table));
	return ref $rows ? [ map { $_->[0] } @$rows ] : ["unreadable: $rows"];
}

# So that no trigger fires.
sub replacing
{
	my ($table, $file) = @_;
	return ('SET LOCAL session_replication_role = replica;',
		"DELETE FROM ONLY $table->{name};",
		"\\copy $table->{name} ($table->{written}) FROM '$file'\n",
		'SET LOCAL session_replication_role = origin;');
}

# By a session of its own: what it writes is not taken back.
sub replace_rows
{
	my ($side, $table, $file) = @_;
	open my $psql, '|-', 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d',
	  $side->{database}, '-o', '/dev/null' or die "psql: $!\n";
	print $psql "SET client_min_messages = error; SET lock_timeout = '3s';\n",
	  map { "$_\n" } 'BEGIN;', replacing($table, $file), 'COMMIT;';
	return close $psql;
}

# By the session itself, if others do not see what it has done.
sub replace_own_rows
{
	my ($side, $table, $file) = @_;
	return replace_rows($side, $table, $file) if $side->{transaction} eq '';
	my $done = 1;
	$side->run('SAVEPOINT pgregress;');
	foreach my $sql (replacing($table, $file))
	{
		$done &&= $side->run($sql)->{state} eq '00000';
	}
	$side->run('ROLLBACK TO SAVEPOINT pgregress;') if !$done;
	$side->run('RELEASE SAVEPOINT pgregress;');
	return $done;
}

sub save_rows
{
	my ($side, $table, $file) = @_;
	unlink $file;
	my $open = $side->{transaction} eq 'open';
	$side->run('SAVEPOINT pgregress;') if $open;
	my $result = $side->run("\\copy (SELECT $table->{written} "
		  . "FROM ONLY $table->{name}) TO '$file'\n");
	$side->run('ROLLBACK TO SAVEPOINT pgregress;')
	  if $open && $result->{state} ne '00000';
	$side->run('RELEASE SAVEPOINT pgregress;') if $open;
	return $result->{state} eq '00000';
}

# Makes the foreign table equal to the ordinary one; where DynamoDB cannot
# hold the rows, the other way round.  A table that stays different is not
# looked at any more; its name is returned.
sub restore
{
	my ($self, @tables) = @_;
	my @lost;
	foreach my $table (@tables)
	{
		my $file = "$self->{ordinary}{file}.rows";
		next
		  if save_rows($self->{ordinary}, $table, $file)
		  && replace_rows($self->{foreign}, $table, $file)
		  && !$self->different_one($table);
		next
		  if save_rows($self->{foreign}, $table, $file)
		  && replace_own_rows($self->{ordinary}, $table, $file)
		  && !$self->different_one($table);
		next if $self->{foreign}{transaction};
		$self->{lost}{ $table->{name} } = 1;
		push @lost, $table->{name};
	}
	return @lost;
}

# Both sides count rows on from the same number.
sub align_counts
{
	my ($self) = @_;
	my $query = 'SELECT last_value, is_called FROM pgregress.row';
	my ($one, $other) = map { ask($_, $query) } @$self{qw(ordinary foreign)};
	return unless ref $one && ref $other;
	return if "@{ $one->[0] }" eq "@{ $other->[0] }";
	ask($self->{foreign},
		"SELECT setval('pgregress.row', $one->[0][0], '$one->[0][1]')");
	return;
}

1;
