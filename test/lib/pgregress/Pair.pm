# Pair.pm
#		One file's statements, each on the ordinary tables and on the foreign
#		ones, and what differs.
#
package Pair;

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use POSIX ();

use Allowed;
use Contents;
use Foreign;
use Script;
use Side;

# How many bytes of a difference are shown.
use constant LONG => 2000;

# Statements that are not run, since they are about how PostgreSQL stores
# ordinary tables.
my $storage = qr/^(?:vacuum|cluster|reindex|checkpoint|lock)\b/i;

# Definitions that core may refuse of foreign tables.  Those that it does
# refuse are left out on both sides, so that both have the same.
my $definition = qr/^(?:alter\ (?:table|index|sequence)|comment\ on
	|copy\ |create\ (?:unique\ )?index|create\ publication
	|create\ (?:or\ replace\ )?(?:rule|view)
	|create\ (?:or\ replace\ )?(?:constraint\ )?trigger
	|create\ policy|create\ statistics|grant|revoke|security\ label)\b/xi;

# Core's words where it refuses them.
my $of_foreign = qr/^42809\ .*(?:foreign\ table|not\ a\ (?:base\ )?table
	|cannot\ have\ rules|cannot\ create\ (?:unique\ )?index
	|cannot\ be\ performed\ on\ relation)
	|^0A000\ .*\ constraints\ are\ not\ supported\ on\ foreign\ tables/x;

# Values that tell nothing if they differ: time, chance, numbers of processes
# and transactions, sizes.
my $chance = qr/\b(?:random|clock_timestamp|timeofday|gen_random_uuid|now
	|statement_timestamp|transaction_timestamp|pg_backend_pid|txid_current
	|pg_current_xact_id|pg_relation_size|pg_table_size|pg_total_relation_size
	|pg_column_size)\b\s*\(|\b(?:current_timestamp|localtimestamp|current_time
	|localtime)\b|'(?:now|today|tomorrow|yesterday)'|::oid\b/xi;

# What tells nothing: plans, and catalogs, in which a foreign table is one.
my $described = qr/\bexplain\w*\b|\bpg_(?:class|attribute|depend|constraint
	|index|indexes|tables|trigger|locks|stats|stat_\w+|statistic|inherits
	|rules|relation_filenode)\b|\binformation_schema\b/xi;

# Statements about transactions themselves.
my $control = qr/^(?:begin|start|commit|end|rollback|abort|savepoint|release
	|prepare\ transaction|set|reset|discard|lock)\b|\\;/xi;

# psql's own commands that do what they do on both sides; the others describe
# objects, or change how psql prints.
my $passed = qr/^\\(?:(?:set|unset)\ (?!VERBOSITY|SHOW_CONTEXT|FETCH_COUNT
	|AUTOCOMMIT|ON_ERROR|SINGLELINE|QUIET)
	|(?:getenv|echo|gset|gexec|g|gx)(?:\s|$))/x;

sub new
{
	my ($class, %given) = @_;
	my $self = bless {
		%given,
		statements => 0, equal => 0, errors => 0, allowed => {}, wrong => [],
		skipped => {}, restored => {}, tables => {}, seen => {},
		functions => {},
	}, $class;
	$self->{now} = now();
	$self->{contents} = Contents->new(@$self{qw(ordinary foreign)});
	$self->{made} =
	  Foreign->new(@$self{qw(ordinary foreign)}, "pgregress_$self->{file}");
	return $self;
}

# The time, as it is printed on this day in the tests' zone and style: a
# statement is not run at the same instant on both sides.
sub now
{
	local $ENV{TZ} = 'PST8PDT';
	POSIX::tzset();
	my @days = map { POSIX::strftime('%a %b %d %%s %Y', localtime $_) }
	  time, time + 86400;
	my $time = '\d\d:\d\d:\d\d(?:\.\d+)?';
	my $pattern = join '|', map { sprintf $_, $time } @days;
	return qr/(?:$pattern)(?: P[SD]T)?/;
}

sub mask_time
{
	my ($self, @lists) = @_;
	foreach my $list (@lists)
	{
		s/$self->{now}/NOW/g foreach @$list;
	}
	return;
}

sub skip
{
	my ($self, $reason) = @_;
	$self->{skipped}{$reason}++;
	return;
}

# Foreign tables have their own words for the same commands.
sub foreign_text
{
	my ($self, $sql, $words) = @_;
	if ($words =~ /^drop table\b/i)
	{
		return $self->drop_tables($words);
	}
	if ($words =~ /^copy (\w+)(?: ?\([^)]*\))? to\b/i && $self->is_foreign($1))
	{
		$sql =~ s/\bcopy\s+(\w+)\s*(?:\(([^)]*)\))?(?=\s*to\b)
		 /'COPY (SELECT ' . (defined $2 ? $2 : '*') . " FROM ONLY $1) "/xie;
	}
	$sql =~ s/\b(comment\s+on\s+)table\b/$1foreign table/i
	  if $words =~ /^comment on table (\S+)/i && $self->is_foreign($1);
	return $sql;
}

sub is_foreign
{
	my ($self, $name) = @_;
	my $quoted = $name =~ s/'/''/gr;
	my $rows = Contents::ask($self->{foreign},
		"SELECT relkind FROM pg_class WHERE oid = to_regclass('$quoted')");
	return ref $rows && @$rows && $rows->[0][0] eq 'f';
}

# Partitions before their parents.
sub drop_tables
{
	my ($self, $words) = @_;
	my ($exists, $names, $behavior) =
	  $words =~ /^drop table( if exists)? (.*?)( cascade| restrict)?$/i
	  or return "$words;";
	my @names = split /\s*,\s*/, $names;
	my @foreign = grep { $self->is_foreign($_) } @names;
	my %foreign = map { $_ => 1 } @foreign;
	my @ordinary = grep { !$foreign{$_} } @names;
	my $rest = $behavior // '';

	$exists //= '';
	return
	  join "\n",
	  (map { "DROP FOREIGN TABLE$exists " . join(', ', @$_) . "$rest;" }
		grep { @$_ } \@foreign),
	  (map { "DROP TABLE$exists " . join(', ', @$_) . "$rest;" }
		grep { @$_ } \@ordinary);
}

# Temporary tables become permanent ones: the database does not outlive the
# file.  What ON COMMIT does to them stays theirs.
sub without_temporary
{
	my ($statement) = @_;
	return if $statement->{words} =~ /\bon commit\b/i;
	$statement->{sql} =~
	  s/^(create)\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(table)\b/$1 $2/i
	  || $statement->{sql} =~ s/\b(into)\s+temp(?:orary)?\s+(?:table\s+)?/$1 /i
	  && $statement->{words} =~ /^(?:select|with)\b/i;
	$statement->{words} = Script::words($statement->{sql});
	return;
}

# COPY without columns is about those that the file knows of.
sub copy_columns
{
	my ($self, $statement) = @_;
	return if $statement->{words} !~ /^copy (\w+)(?: with)? (?:from|to)\b/i
	  || $self->{ordinary}{transaction} eq 'failed';
	my $columns = Contents::ask($self->{ordinary},
		"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
		 FROM pg_attribute WHERE attrelid = to_regclass('$1') AND attnum > 0
		   AND NOT attisdropped AND attgenerated = '' AND attname !~ '^z[pr]_'");
	return unless ref $columns && @$columns && length($columns->[0][0] // '');
	$statement->{sql} =~ s/^(copy\s+\w+)/$1 ($columns->[0][0])/i;
	$statement->{words} = Script::words($statement->{sql});
	return;
}

sub makes_table
{
	my ($words) = @_;
	return $words =~ /^create (?:unlogged )?table\b/i
	  || $words =~
	  /^(?:select|with)\b.*\binto (?:unlogged )?(?:table )?\w+ from\b/i;
}

# A table is made as an ordinary one, and looked at.
sub make_table
{
	my ($self, $statement) = @_;
	my $ordinary = $self->{ordinary}->run($statement->{sql});
	if ($ordinary->{state} ne '00000' || $ordinary->{tag} eq '')
	{
		my $foreign = $self->{foreign}->run($statement->{sql});
		return $self->compare($statement, $ordinary, $foreign);
	}
	my @new = $self->{made}->new_tables;
	foreach my $table (@new)
	{
		my $reason = $self->{made}->make($table, $statement->{sql});
		$self->{tables}{ $reason // 'foreign' }++;
	}
	$self->{foreign}->run($statement->{sql}) unless @new;
	$self->{contents}->align_counts;
	$self->skip('CREATE TABLE is CREATE FOREIGN TABLE there');
	return;
}

# How a statement that fails on one side only is undone on both, so that those
# after it are judged by themselves: inside of a transaction, and where it is
# a definition.  What was written outside of one is restored.
sub undoing
{
	my ($self, $words) = @_;
	my ($one, $other) = map { $self->{$_}{transaction} } qw(ordinary foreign);
	return if $one ne $other || $one eq 'failed' || $words =~ $control;
	return {
		begin => 'SAVEPOINT pgregress;',
		undo => [
			'ROLLBACK TO SAVEPOINT pgregress;',
			'RELEASE SAVEPOINT pgregress;'
		],
		end => ['RELEASE SAVEPOINT pgregress;']
	} if $one eq 'open';
	return { begin => 'BEGIN;', undo => ['ROLLBACK;'], end => ['COMMIT;'] }
	  if $words =~ /^(?:alter|comment|create|drop|grant|revoke)\b/i
	  && $words !~ /\bconcurrently\b|^\w+ (?:database|tablespace|system)\b/i;
	return;
}

sub run_both
{
	my ($self, $statement) = @_;
	my ($ordinary, $foreign) = @$self{qw(ordinary foreign)};
	my $foreign_sql =
	  $self->foreign_text($statement->{sql}, $statement->{words});
	my $undoing = $self->undoing($statement->{words});

	$_->run($undoing->{begin}) foreach $undoing ? ($ordinary, $foreign) : ();
	my $there = $foreign->run($foreign_sql . $statement->{rest});
	if ($statement->{words} =~ $definition && refused($there))
	{
		$self->run_each(@{ $undoing->{undo} }) if $undoing;
		return;
	}
	my $here = $ordinary->run($statement->{sql} . $statement->{rest});
	return ($here, $there) unless $undoing;
	my $failed = grep { $_->{transaction} eq 'failed' } $ordinary, $foreign;
	# where both have failed, the transaction has
	$self->run_each(@{ $undoing->{ $failed ? 'undo' : 'end' } })
	  if $failed < 2 || $undoing->{begin} eq 'BEGIN;';
	return ($here, $there);
}

sub run_each
{
	my ($self, @sql) = @_;
	foreach my $sql (@sql)
	{
		$_->run($sql) foreach @$self{qw(ordinary foreign)};
	}
	return;
}

# Whether core does not have this for foreign tables.
sub refused
{
	my ($foreign) = @_;
	return "$foreign->{state} $foreign->{message}" =~ $of_foreign;
}

sub run_statement
{
	my ($self, $statement) = @_;
	my ($sql, $words, $meta) = @$statement{qw(sql words meta)};

	$self->{statements}++;
	return $self->skip('psql ' . ($meta =~ /^(\\\w*)/)[0])
	  if $meta && $meta !~ $passed;
	return $self->skip('EXPLAIN') if $words =~ /^explain\b/i;
	return $self->skip('about storage: ' . uc(($words =~ /^(\w+)/)[0]))
	  if $words =~ $storage;
	without_temporary($statement);
	$self->copy_columns($statement);
	$statement->{rest} = ($meta ? " $meta\n" : '')
	  . (defined $statement->{data} ? "\n$statement->{data}" : '');
	return $self->make_table($statement)
	  if makes_table($statement->{words}) && !$meta
	  && $self->{ordinary}{transaction} ne 'failed';
	my ($ordinary, $foreign) = $self->run_both($statement);
	return $self->skip(
		'core refuses of foreign tables: ' . uc +($words =~
			  /^((?:create |alter )?(?:or replace )?(?:unique )?\w+)/i)[0])
	  unless $ordinary;
	$self->{made}->store_altered
	  if $words =~ /^alter table/i && $ordinary->{state} eq '00000';
	return $self->compare($statement, $ordinary, $foreign);
}

# Lines that only one of two lists has, each as often as it has it more.
sub only_in
{
	my ($one, $other) = @_;
	my %count;
	$count{$_}++ foreach @$other;
	return grep { --$count{$_} < 0 } map { $_ } @$one if %count;
	return @$one;
}

# What rows are ordered by, as numbers of columns: undef if the statement does
# not order them, and all columns if it does so by something that it does not
# return.
sub ordered_by
{
	my ($words, $header) = @_;
	my @names = map { lc } split Side::VALUE, $header, -1;
	my @all = 0 .. $#names;
	my @columns;

	$words =~ s/'[^']*'/ /g;
	1 while $words =~ s/\([^()]*\)/\x01/g;
	return unless $words =~ /.*\border by (.*)$/i;
	my $list = $1 =~ s/\b(?:limit|offset|fetch|for)\b.*//ir;
	foreach my $item (split /,/, $list)
	{
		$item =~ s/\s+(?:asc|desc|using\s+\S+|nulls\s+\w+|collate\s+\S+)
		  (?=\s|$)//xgi;
		$item =~ s/^\s+|\s+$//g;
		my ($column) = $item =~ /^\d+$/ ? $item - 1
		  : $item =~ /^(?:\w+\.)?"?(\w+)"?$/
		  ? grep { $names[$_] eq lc $1 } @all : ();
		return \@all unless defined $column && $column <= $#names;
		push @columns, $column;
	}
	return \@columns;
}

# Whether rows, which are the same, come in the same order; of equal ones it is
# not defined.
sub same_order
{
	my ($words, $one, $other) = @_;
	my $columns = ordered_by($words, $one->{header}) or return 1;
	my @sequences = map {
		join Side::ROW,
		  map { join Side::VALUE, (split Side::VALUE, $_, -1)[@$columns] }
		  @{ $_->{rows} }
	} $one, $other;
	return $sequences[0] eq $sequences[1];
}

# The count of rows is not compared.
sub mask_counts
{
	my ($result) = @_;
	my @names = split Side::VALUE, $result->{header}, -1;
	my @counts = grep { $names[$_] =~ /^zr_/ } 0 .. $#names;
	return unless @counts;
	foreach my $row (@{ $result->{rows} })
	{
		my @values = split Side::VALUE, $row, -1;
		@values[@counts] =
		  map { defined && $_ ne '' ? 'N' : '' } @values[@counts];
		$row = join Side::VALUE, @values;
	}
	return;
}

# The same words for the same, and without what the README says of ROLLBACK.
sub plain_notices
{
	my $stays = qr/^WARNING:  01000: \d+ DynamoDB writes? of the rolled back/;
	return grep { !/$stays/ }
	  map { s/\bforeign table\b/table/gr } @_;
}

# On one line; what is very long by its digest.
sub printable
{
	my ($line) = @_;
	$line =~ s/\x1f/|/g;
	$line =~ s/\n/\\n/g;
	return $line if length $line <= LONG;
	return substr($line, 0, 100) . '... ' . length($line) . ' bytes, md5 '
	  . md5_hex($line);
}

# What differs between the two results, as lines with < and >.
sub difference
{
	my ($statement, $ordinary, $foreign) = @_;
	my @lines;
	my $differ = sub {
		my ($name, $one, $other) = @_;
		push @lines, map({ "< $name" . printable($_) } @$one),
		  map({ "> $name" . printable($_) } @$other);
	};

	mask_counts($_) foreach $ordinary, $foreign;
	if ($ordinary->{state} ne $foreign->{state})
	{
		$differ->('',
			map { ["$_->{state} $_->{message}"] } $ordinary, $foreign);
	}
	foreach my $part (qw(tag header))
	{
		$differ->("$part ", [ $ordinary->{$part} ], [ $foreign->{$part} ])
		  if $ordinary->{$part} ne $foreign->{$part}
		  && $ordinary->{tag} !~ /^DROP TABLE/;
	}
	my ($rows, $others) = ($ordinary->{rows}, $foreign->{rows});
	my @more = only_in($rows, $others);
	my @other = only_in($others, $rows);
	$differ->('row ', \@more, \@other) if @more || @other;
	$differ->('in order ', $rows, $others)
	  if !@more && !@other
	  && !same_order($statement->{words}, $ordinary, $foreign);
	my @notices =
	  map { [ plain_notices(@{ $_->{notices} }) ] } $ordinary, $foreign;
	@more = only_in(@notices);
	@other = only_in(reverse @notices);
	$differ->('notice ', \@more, \@other) if @more || @other;
	return @lines;
}

# One side's transaction has failed and the other's has not: now both have.
sub align_transactions
{
	my ($self) = @_;
	my ($one, $other) = @$self{qw(ordinary foreign)};
	return if $one->{transaction} eq $other->{transaction};
	foreach my $side ($one, $other)
	{
		$side->run('SELECT 1/0;') if $side->{transaction} eq 'open';
	}
	return;
}

# Whether a statement may have written, as far as its text tells.
sub writes
{
	my ($self, $words) = @_;
	$self->{functions}{ lc $1 } = 1
	  if $words =~ /^create (?:or replace )?function (?:\w+\.)?(\w+)/i;
	return 1 if grep { $self->{functions}{ lc $_ } } $words =~ /(\w+) ?\(/g;
	return $words =~ /\b(?:insert|update|delete|merge|truncate|copy|call|do
	  |execute|commit|end|rollback|abort|alter|drop|refresh)\b/xi;
}

# Why contents may differ after this statement without being wrong.
sub excused
{
	my ($statement, $ordinary) = @_;
	return 'ROLLBACK takes nothing back'
	  if $ordinary->{tag} eq 'ROLLBACK'
	  || $statement->{words} =~ /(?:^|\\; ?)(?:commit|end|rollback|abort)\b/i;
	return 'a statement that failed stays half done'
	  if $ordinary->{state} ne '00000';
	return 'ALTER TABLE changes rows' if $statement->{words} =~ /^alter\b/i;
	return;
}

# What differs in the tables after a statement that writes; they are made
# equal.
sub contents_difference
{
	my ($self, $statement, $ordinary) = @_;
	return if $self->{ordinary}{transaction} eq 'failed'
	  || !$self->writes($statement->{words})
	  && $ordinary->{state} eq '00000';
	my @tables = $self->{contents}
	  ->different($statement->{all} ? undef : $statement->{words});
	my (@lines, $excuse);

	$excuse = excused($statement, $ordinary) if @tables;
	foreach my $table ($excuse ? () : @tables)
	{
		my @rows =
		  map { Contents::rows($_, $table) } @$self{qw(ordinary foreign)};
		$self->mask_time($_) foreach @rows;
		push @lines,
		  map({ "< in $table->{plain} " . printable($_) } only_in(@rows)),
		  map({ "> in $table->{plain} " . printable($_) }
			only_in(reverse @rows));
	}
	$self->{restored}{$excuse}++ if $excuse;
	push @lines,
	  map { "> $_ stays different" } $self->{contents}->restore(@tables);
	$self->{contents}->align_counts;
	return @lines;
}

# Whether it tells nothing that these results differ.
sub unstable
{
	my ($words, $one, $other) = @_;
	return 0 if $one->{state} ne $other->{state};
	return 1 if $words =~ $described;
	return $words =~ $chance
	  && "$one->{tag} $one->{header}" eq "$other->{tag} $other->{header}"
	  && @{ $one->{rows} } == @{ $other->{rows} };
}

sub compare
{
	my ($self, $statement, $ordinary, $foreign) = @_;
	if ($statement->{words} =~ /^copy .* to stdout\b/i)
	{
		$_->{rows} = [ split /\n/, delete $_->{header} ], $_->{header} = ''
		  foreach $ordinary, $foreign;
	}
	$self->mask_time(@$_{qw(rows notices)}) foreach $ordinary, $foreign;
	my @lines = difference($statement, $ordinary, $foreign);
	my $unstable = @lines && unstable($statement->{words}, $ordinary, $foreign);
	$self->{errors}++ if $ordinary->{state} ne '00000';
	print "  $ordinary->{state} $ordinary->{message}\n" if $self->{show};
	$self->align_transactions;
	my @contents = $self->contents_difference($statement, $ordinary);
	my $chance = @contents && $statement->{words} =~ $chance
	  && $ordinary->{state} eq $foreign->{state}
	  && grep({ /^</ } @contents) == grep({ /^>/ } @contents);
	@lines = () if $unstable;
	@contents = () if $chance;
	return $self->skip('differ by chance, time, plans or catalogs')
	  if ($unstable || $chance) && !@lines && !@contents;
	return $self->judge($statement, @lines, @contents);
}

sub judge
{
	my ($self, $statement, @lines) = @_;
	my $sql = $statement->{sql} . ($statement->{meta} // '');
	$sql =~ s/\s+\n/\n/g;
	my $number = ++$self->{seen}{$sql};
	return $self->{equal}++ unless @lines;
	my $difference = join '', map { "$_\n" =~ s/[ \t]+\n\z/\n/r } @lines;
	my $reason = $self->{allowedlist}
	  && $self->{allowedlist}
	  ->reason($self->{file}, $number, $sql, $difference);
	return $self->{allowed}{$reason}++ if $reason;
	my $shown = join "\n", map { "| $_" =~ s/\s+$//r } split /\n/, $sql;
	push @{ $self->{wrong} },
	  "line $statement->{line}:\n$shown\n\n= $self->{file} "
	  . Allowed::digest($sql) . ($number > 1 ? " $number" : '')
	  . "\n# ?\n$difference";
	return;
}

sub finish
{
	my ($self) = @_;
	return if $self->{ordinary}{transaction};
	my %end = (sql => 'the end of the file', line => 'last', words => 'copy',
		all => 1);
	my @lines =
	  $self->contents_difference(\%end, { state => '00000', tag => '' });
	$self->judge(\%end, @lines) if @lines;
	return;
}

1;
