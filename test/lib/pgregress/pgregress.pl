#!/usr/bin/perl
#
# pgregress.pl
#		See test/pgregress.  The databases are made here, two for each file.
#
#	perl pgregress.pl --source DIRECTORY --endpoint URL --run DIRECTORY
#		[--statements N] [--show] [FILE...]
#
use strict;
use warnings;

use File::Basename;
use FindBin;
use Getopt::Long;
use lib $FindBin::Bin;

use Allowed;
use Pair;
use Script;
use Side;

my ($source, $endpoint, $run, $limit, $show) = (undef, undef, undef, 0, 0);
GetOptions(
	'source=s' => \$source,
	'endpoint=s' => \$endpoint,
	'run=s' => \$run,
	'statements=i' => \$limit,
	'show' => \$show) && $source && $endpoint && $run
  or die "see test/pgregress\n";
$| = 1;
$SIG{PIPE} = 'IGNORE';

my $allowed = Allowed->new("$FindBin::Bin/allowed");
my ($listed, $before) = listed_files();
my @files = @ARGV ? @ARGV : @$listed;
my %total = (files => 0, statements => 0, equal => 0, errors => 0,
	wrong => 0);
my %by = (allowed => {}, skipped => {}, restored => {}, tables => {});

sub slurp
{
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!\n";
	local $/;
	return scalar <$file>;
}

# The files that are suitable, and for each those that have to be run before.
sub listed_files
{
	my (@names, %before);
	foreach my $line (split /\n/, slurp("$FindBin::Bin/files"))
	{
		my ($name, @others) = split ' ', $line =~ s/#.*//r or next;
		push @names, $name;
		$before{$name} = \@others;
	}
	return (\@names, \%before);
}

sub psql
{
	my ($database, @sql) = @_;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	system('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d',
		$database, map { ('-c', $_) } @sql) == 0
	  or die "psql failed: @sql\n";
	return;
}

# The two databases, and what the tests do not make themselves.  Whatever a
# role is there, it may use the server.
sub make_databases
{
	my $quoted = $endpoint =~ s/'/''/gr;
	foreach my $database (qw(pgregress_ordinary pgregress_foreign))
	{
		psql('postgres',
			"CREATE DATABASE $database TEMPLATE template0
			 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
			map { "ALTER DATABASE $database SET $_" }
			  "session_preload_libraries = 'dynamorm_fdw'",
			# rows of several tables shall not come as they are ready
			'enable_async_append = off', "lc_messages = 'C'",
			"timezone_abbreviations = 'Default'",
			"bytea_output = 'hex'", "timezone = 'PST8PDT'",
			"datestyle = 'Postgres, MDY'",
			"intervalstyle = 'postgres_verbose'");
		psql($database,
			'CREATE EXTENSION dynamorm_fdw',
			'CREATE SCHEMA pgregress',
			'CREATE SEQUENCE pgregress.row',
			'GRANT ALL ON SCHEMA pgregress TO PUBLIC',
			'GRANT ALL ON SEQUENCE pgregress.row TO PUBLIC');
	}
	psql('pgregress_foreign',
		"CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
		 OPTIONS (endpoint '$quoted', region 'us-east-1')",
		'GRANT USAGE ON FOREIGN SERVER dynamo TO PUBLIC',
		"CREATE USER MAPPING FOR PUBLIC SERVER dynamo
		 OPTIONS (access_key_id 'test', secret_access_key 'test')");
	return;
}

# Both databases, and the roles of the file.
sub drop_databases
{
	psql('postgres', map { "DROP DATABASE IF EXISTS pgregress_$_ WITH (FORCE)" }
		qw(ordinary foreign));
	psql('postgres', q{DO $$ DECLARE r text; BEGIN
		FOR r IN SELECT rolname FROM pg_roles WHERE rolname ~ '^regres[sf]_'
		LOOP EXECUTE format('DROP ROLE %I', r); END LOOP; END $$});
	return;
}

# What a file has left in DynamoDB; ListTables tells a hundred at a time.
sub drop_stored
{
	my ($file) = @_;
	psql('pgregress_foreign', qq{DO \$\$
DECLARE
	page jsonb;
	stored text;
	last text := 'pgregress_$file';
BEGIN
	LOOP
		page := dyn_request('dynamo', 'ListTables',
			jsonb_build_object('ExclusiveStartTableName', last));
		FOR stored IN SELECT jsonb_array_elements_text(page -> 'TableNames')
		LOOP
			CONTINUE WHEN NOT starts_with(stored, 'pgregress_${file}_');
			PERFORM dyn_request('dynamo', 'DeleteTable',
				jsonb_build_object('TableName', stored));
		END LOOP;
		last := page ->> 'LastEvaluatedTableName';
		EXIT WHEN last IS NULL;
	END LOOP;
END \$\$});
	return;
}

# The statements of test_setup that make what the file names.
sub needed_setup
{
	my ($text) = @_;
	my @needed;
	my %family = (onek => 'onek|onek2', tenk1 => 'tenk1|tenk2');
	foreach my $names ('person|emp|student|stud_emp',
		'road|ihighway|shighway')
	{
		$family{$_} = $names foreach split /\|/, $names;
	}
	foreach my $statement (
		Script::statements(slurp("$source/sql/test_setup.sql")))
	{
		my ($table) = $statement->{words} =~
		  /^(?:create table|insert into|copy|vacuum(?: analyze)?) (\w+)/i;
		my $names = defined $table
		  && ($family{ lc $table } // $table);
		push @needed, $statement
		  if !defined $table && ($statement->{meta} // '') !~ /regresslib/
		  && $statement->{words} !~ /regresslib/
		  || $names && $text =~ /\b(?:$names)\b/i;
	}
	return @needed;
}

# Columns of unique indexes that the file makes, by table: the first of each.
sub unique_indexes
{
	my %unique;
	foreach my $statement (@_)
	{
		$unique{ lc $1 } //= $2
		  if $statement->{words} =~
		  /^create\ unique\ index\ (?:\w+\ )?on\ (\w+)\ ?(?:using\ btree\ ?)?
		  \((\w+(?:,\ ?\w+)?)\)$/xi;
	}
	return \%unique;
}

sub new_side
{
	my ($database) = @_;
	return Side->new($database, $run);
}

sub run_file
{
	my ($file) = @_;
	my $text = slurp("$source/sql/$file.sql");
	my $earlier = join '',
	  map { slurp("$source/sql/$_.sql") } @{ $before->{$file} // [] };
	my ($ordinary, $foreign) = map { new_side($_) }
	  qw(pgregress_ordinary pgregress_foreign);
	my $pair = Pair->new(file => $file, ordinary => $ordinary,
		foreign => $foreign, show => $show);

	$foreign->{rename} = 'regresf_'
	  if "$earlier$text" =~ /\b(?:create|alter)\s+(?:role|user|group)\b/i;
	$pair->{made}->new_tables;
	$pair->{made}{unique} = unique_indexes(Script::statements($text));
	$pair->run_statement($_) foreach needed_setup($earlier . $text);
	die "$file: test_setup has failed\n" if $pair->{errors};
	$pair->run_statement($_) foreach Script::statements($earlier);
	my @lost = sort keys %{ $pair->{contents}{lost} };
	die "$file: before it, tables differ: @lost\n" if @lost;
	$pair->{allowedlist} = $allowed;
	# of its numbers, those that DynamoDB cannot hold are on neither side
	@$pair{qw(statements equal errors skipped wrong allowed seen)} =
	  (0, 0, 0, {}, [], {}, {});
	foreach my $statement (Script::statements($text))
	{
		last if $limit && $pair->{statements} >= $limit;
		print "$file:$statement->{line}: $statement->{words} ",
		  $statement->{meta} // '', "\n" if $show;
		my $done = eval { $pair->run_statement($statement); 1 };
		next if $done;
		push @{ $pair->{wrong} }, "= $file\n# ? line $statement->{line}\n"
		  . "| $statement->{sql}\n> $@";
		last;
	}
	eval { $pair->finish; 1 } or push @{ $pair->{wrong} }, "= $file\n> $@";
	$_->finish foreach $pair->{made}, $ordinary, $foreign;
	return $pair;
}

sub add_up
{
	my ($pair) = @_;
	$total{files}++;
	$total{$_} += $pair->{$_} foreach qw(statements equal errors);
	$total{wrong} += @{ $pair->{wrong} };
	foreach my $kind (keys %by)
	{
		$by{$kind}{$_} += $pair->{$kind}{$_} foreach keys %{ $pair->{$kind} };
	}
	return;
}

sub sum
{
	my ($counts) = @_;
	my $sum = 0;
	$sum += $_ foreach values %$counts;
	return $sum;
}

sub report_file
{
	my ($file, $pair, $seconds) = @_;
	printf "%-18s %5d statements %5d equal (%3d errors) %4d allowed "
	  . "%4d not comparable %4d wrong %5d s\n",
	  $file, $pair->{statements}, $pair->{equal}, $pair->{errors},
	  sum($pair->{allowed}), sum($pair->{skipped}),
	  scalar @{ $pair->{wrong} }, $seconds;
	print "\n$_\n" foreach @{ $pair->{wrong} };
	return;
}

sub report_kind
{
	my ($title, $counts) = @_;
	printf "%6d %s\n", sum($counts), $title;
	printf "%13d %s\n", $counts->{$_}, $_
	  foreach sort { $counts->{$b} <=> $counts->{$a} || $a cmp $b }
	  keys %$counts;
	return;
}

foreach my $file (@files)
{
	my $begun = time;
	drop_databases();
	make_databases();
	drop_stored($file);
	my $pair = run_file($file);
	drop_stored($file);
	drop_databases();
	add_up($pair);
	report_file($file, $pair, time - $begun);
}
my @stale = $limit ? () : $allowed->stale(@files);
printf "\n%6d files\n%6d statements\n%6d equal (%d errors)\n",
  @total{qw(files statements equal errors)};
report_kind('allowed', $by{allowed});
report_kind('not comparable', $by{skipped});
printf "%6d wrong\n", $total{wrong};
report_kind('times tables were made equal', $by{restored});
report_kind('tables', $by{tables});
foreach my $entry (@stale)
{
	print "stale: @$entry\n";
}
exit($total{wrong} || @stale ? 1 : 0);
