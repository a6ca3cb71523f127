# Sessions that write at the same time while requests and answers get lost, and
# are cancelled and ended now and then.  Each statement leaves a mark of its own
# with its write, so that at the end every single one is accounted for:
# acknowledged ones are there once, those of unknown outcome at most once,
# failed ones not at all.  And no write of an item that nobody else writes finds
# its condition false, its key taken or its row gone: that would be its own
# first sending.  Of an INSERT of many rows each row is accounted for: those
# whose keys are named as unknown are there or not, and of the others as many as
# are said to be written.
#
# test/storm runs this at length, for each kind of fault alone and for all
# together; here is a short one.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use List::Util qw(sum0);
use POSIX ();
use PostgreSQL::Test::Utils;
use Session;
use Test::More;
use Time::HiRes qw(time sleep);

my $operations = $ENV{STORM_OPERATIONS} // 240;		# increments of each kind
my $sessions = 8;
my $counters = 16;
my $chance = 0.1;

# a fault of these in each request with that chance
my %kinds = (
	'throttled' => [ { kind => 'throttle' } ],
	'in conflict' =>
	  [ { kind => 'error', code => 'TransactionConflictException' } ],
	'denied' => [ { kind => 'error', code => 'AccessDeniedException' } ],
	'redirected' => [ { kind => 'redirect' } ],
	'reset before' => [ { kind => 'reset_before' } ],
	'reset after' => [ { kind => 'reset_after' } ],
	'reset in the middle' => [ { kind => 'reset_middle' } ],
	'closed in the middle' => [ { kind => 'close_middle' } ],
	'reset on reuse' => [ { kind => 'reset_on_reuse' } ],
	'closed when idle' => [ { kind => 'close_idle', milliseconds => 2 } ],
	'delayed before' => [ { kind => 'delay', milliseconds => 100 } ],
	'delayed after' => [ { kind => 'delay', milliseconds => 100, when => 'after' } ],
	'never done' => [ { kind => 'stall' } ],
	'never answered' => [ { kind => 'stall', when => 'after' } ],
	'half an answer' => [ { kind => 'half' } ],
	'slow drip' => [ { kind => 'drip', bytes => 40, milliseconds => 50 } ],
	'HTTP 500 before' => [ { kind => 'status', status => 500 } ],
	'HTTP 500 after' => [ { kind => 'status', status => 500, when => 'after' } ],
	'HTTP 502 after' => [ { kind => 'error', status => 502, envelope => 'html', when => 'after' } ],
	'HTTP 503 after' => [ { kind => 'status', status => 503, when => 'after' } ],
	'HTTP 504 after' => [ { kind => 'error', status => 504, envelope => 'empty', when => 'after' } ],
	'wrong checksum' => [ { kind => 'crc' } ],
	'no checksum' => [ { kind => 'crc', value => 'missing' } ],
	'rows throttled' => [ { kind => 'statements', code => 'ThrottlingError', percent => 30, operation => 'BatchExecuteStatement' } ],
	'rows refused' => [ { kind => 'statements', code => 'ValidationError', percent => 10, operation => 'BatchExecuteStatement' } ],
	'rows lost before' => [ { kind => 'statements', code => 'InternalServerError', percent => 10, operation => 'BatchExecuteStatement' } ],
	'rows lost after' => [ { kind => 'statements', code => 'InternalServerError', percent => 10, operation => 'BatchExecuteStatement', when => 'after' } ],
	map { ("body $_" => [ { kind => 'body', form => $_ } ]) }
	  qw(empty truncated short not_json utf8 deep error));
$kinds{mixed} = [ map { @{ $kinds{$_} } } sort keys %kinds ];
my @wanted = $ENV{STORM_KINDS} ? split(/,\s*/, $ENV{STORM_KINDS})
  : $ENV{STORM_OPERATIONS} ? ((grep { $_ ne 'mixed' } sort keys %kinds), 'mixed')
  : ('mixed');

my $test = DynamormTest->new('storm');
my $node = $test->{node};
$test->create_tables(
	storm => "id text OPTIONS (key 'partition'), n bigint, log text[]");
# the sessions come by a server that waits less
$node->safe_psql('postgres', qq(
	CREATE SERVER stormy FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1', request_timeout '400');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stormy
	  OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE stormy (id text OPTIONS (key 'partition'), n bigint, log text[])
	  SERVER stormy OPTIONS (table_name 'storm');));
my $notes = PostgreSQL::Test::Utils::tempdir();

# an engine that has just been started is slow at first
$node->safe_psql('postgres', <<'SQL');
INSERT INTO storm VALUES ('k', 0);
DO $$ BEGIN FOR i IN 1..300 LOOP
  UPDATE storm SET n = n + 1, log = log || '0'::text WHERE id = 'k';
END LOOP; END $$
SQL

# ---- one session ----

# What became of a statement: rows that it affected, or 'unknown', or 'failed'.
sub outcome
{
	my ($state, $sql) = @_;
	my $result;
	until ($state->{session})
	{
		$state->{session} = Session->new($node->connstr('postgres'),
			"LOAD 'dynamorm_fdw'", @{ $state->{settings} });
		next unless $state->{session};
		open my $file, '>', "$notes/$state->{number}.pid" or die $!;
		print $file $state->{session}{backend};
		close $file;
	}
	$result = $state->{session}->run($sql);
	$state->{text} = $result ? $result->{text} : '';
	if (!$result)
	{
		my $text = $state->{text} = $state->{session}->finish;
		$state->{session} = undef;
		$state->{codes}{ $text =~ /57P01/ ? '57P01' : 'lost' }++;
		return 'unknown';
	}
	return $result->{rows} if $result->{sqlstate} eq '00000';
	$state->{codes}{ $result->{sqlstate} }++;
	return $result->{sqlstate} =~ /^(?:40003|57014|57P01)$/ ? 'unknown' : 'failed';
}

sub note_outcome
{
	my ($state, $what, $mark, $outcome) = @_;
	push @{ $state->{notes} }, "$what $mark $outcome";
	return $outcome;
}

sub increment
{
	my ($state, $mark) = @_;
	my $id = 'k' . int rand $counters;
	my @forms = (
		"UPDATE stormy SET n = n + 1, log = log || '$mark'::text WHERE id = '$id'",
		"UPDATE stormy SET n = n * 1 + 1, log = log || '$mark'::text WHERE id = '$id' RETURNING n",
		"INSERT INTO stormy VALUES ('$id', 1, ARRAY['$mark']) ON CONFLICT (id)"
		  . " DO UPDATE SET n = stormy.n + 1, log = stormy.log || '$mark'::text");
	note_outcome($state, 'increment', $mark, outcome($state, $forms[ rand @forms ]));
	return;
}

# Only this session writes the item; after an unknown outcome it takes another.
sub conditional
{
	my ($state, $mark) = @_;
	if (!$state->{item})
	{
		my $id = "c$mark";
		$state->{item} = $id
		  if note_outcome($state, 'insert', $id,
			outcome($state, "INSERT INTO stormy VALUES ('$id', 0, ARRAY['$id'])")) eq '1';
		$state->{value} = 0;
		return;
	}
	my $set = rand() < 0.5 ? 'n + 1' : 'n * 1 + 1';
	my $outcome = outcome($state,
		"UPDATE stormy SET n = $set, log = log || '$mark'::text"
		  . " WHERE id = '$state->{item}' AND n = $state->{value}");
	note_outcome($state, 'conditional', $mark, $outcome);
	$state->{value}++ if $outcome eq '1';
	$state->{item} = undef if $outcome eq 'unknown' || $outcome eq '0';
	return;
}

sub insert
{
	my ($state, $mark) = @_;
	push @{ $state->{inserted} }, "i$mark"
	  if note_outcome($state, 'insert', "i$mark",
		outcome($state, "INSERT INTO stormy VALUES ('i$mark', 0, ARRAY['i$mark'])")) eq '1';
	return;
}

sub delete_one
{
	my ($state) = @_;
	my $id = shift @{ $state->{inserted} } // return;
	my $where = rand() < 0.5 ? '' : ' AND n * 1 = 0';
	note_outcome($state, 'delete', $id,
		outcome($state, "DELETE FROM stormy WHERE id = '$id'$where"));
	return;
}

# Many rows, by batches and sometimes by a PutItem each.
sub insert_many
{
	my ($state, $mark) = @_;
	my $rows = 2 + int rand 80;
	my $put = rand() < 0.1 ? "SET dynamorm_fdw.enable_batch_insert = off" : "RESET dynamorm_fdw.enable_batch_insert";
	my $conflict = rand() < 0.3 ? ' ON CONFLICT DO NOTHING' : '';
	return if outcome($state, $put) !~ /^\d+$/;
	my $outcome = outcome($state,
		"INSERT INTO stormy SELECT 'b$mark-' || i, 0, ARRAY['b$mark-' || i] FROM generate_series(1, $rows) i$conflict");
	my $text = $state->{text};
	my $lost = !$state->{session};
	# one that has been denied has no batches any more
	if ($state->{session} && $text =~ /NOTICE.*one by one/)
	{
		$state->{session}->finish;
		$state->{session} = undef;
	}
	push @{ $state->{notes} }, "text b$mark " . $text =~ s/\n/ | /gr;
	push @{ $state->{notes} }, join ' ', 'many', "b$mark", $rows, $lost ? 'lost' : $outcome,
	  $text =~ /(\d+) DynamoDB writes? of the rolled back/ ? $1 : 0, unknown_rows($mark, $text);
	return;
}

# The numbers of the rows whose outcome is said to be unknown.
sub unknown_rows
{
	my ($mark, $text) = @_;
	my %unknown;
	$text =~ s/The write of \S+ "[^"]*"\} has failed\.//g;
	foreach my $message (split /^(?=(?:psql:\S+ )?(?:WARNING|ERROR|FATAL):)/m, $text)
	{
		next unless $message =~ /(?:WARNING|ERROR):  40003/;
		$unknown{$1} = 1 while $message =~ /"id": "b\Q$mark\E-(\d+)"/g;
	}
	return join(',', sort { $a <=> $b } keys %unknown) || '-';
}

sub run_session
{
	my ($number) = @_;
	my $each = int($operations / $sessions);
	my %state = (
		number => $number,
		notes => [],
		inserted => [],
		codes => {},
		settings => [ $number < 2 ? 'SET statement_timeout = 150' : () ]);
	srand($number);
	foreach my $i (1 .. $each)
	{
		my $mark = "$number-$i";
		increment(\%state, $mark);
		conditional(\%state, "u$mark") if $i % 3 == 0;
		insert(\%state, $mark) if $i % 4 == 0;
		delete_one(\%state) if $i % 8 == 0;
		insert_many(\%state, $mark) if $i % 6 == 0;
	}
	unlink "$notes/$number.pid";
	$state{session}->finish if $state{session};
	open my $file, '>', "$notes/$number" or die $!;
	print $file map { "$_\n" } @{ $state{notes} },
	  map { "code $_ $state{codes}{$_}" } sort keys %{ $state{codes} };
	close $file;
	return;
}

# ---- all of them ----

# Cancels one or ends one, now and then.
sub disturb
{
	my ($round) = @_;
	open my $file, '<', "$notes/" . int(rand $sessions) . '.pid' or return;
	my $pid = <$file>;
	kill $round % 10 == 0 ? 'TERM' : 'INT', $pid if $pid;
	return;
}

sub run_sessions
{
	my @children;
	foreach my $number (0 .. $sessions - 1)
	{
		my $pid = fork // die "could not fork: $!";
		if (!$pid)
		{
			eval { run_session($number) };
			warn $@ if $@;
			POSIX::_exit($@ ? 1 : 0);
		}
		push @children, $pid;
	}
	my $round = 0;
	while (@children)
	{
		sleep 0.2;
		disturb(++$round);
		@children = grep { waitpid($_, POSIX::WNOHANG()) == 0 } @children;
	}
	return;
}

# What is stored: the marks, and the numbers of the rows.
sub stored
{
	my (%marks, %rows, @odd);
	foreach my $line (split /\n/,
		$node->safe_psql('postgres', "SELECT id, n, array_to_string(log, ',') FROM storm"))
	{
		my ($id, $n, $log) = split /\|/, $line;
		my @log = split /,/, $log;
		$rows{$id} = 1;
		$marks{$_}++ foreach @log;
		my $own = $id =~ /^k/ ? 0 : 1;
		push @odd, "$id: n is $n with " . @log . ' marks' if $n != @log - $own;
	}
	return (\%marks, \%rows, \@odd);
}

# What is wrong with an INSERT of many rows; counts its rows.
sub account_many
{
	my ($rows_of, $count, $mark, $rows, $outcome, $written, $named) = @_;
	my %unknown = $named eq '-' ? () : map { $_ => 1 } split /,/, $named;
	my $stored = sum0(map { $rows_of->{"$mark-$_"} // 0 } 1 .. $rows);
	my $known = sum0(map { $unknown{$_} ? 0 : $rows_of->{"$mark-$_"} // 0 } 1 .. $rows);
	my $unknown = keys %unknown;
	($written, $unknown) = ($rows, 0) if $outcome =~ /^\d+$/;
	$count->{acknowledged} += $written;
	$count->{unknown} += $unknown;
	$count->{failed} += $rows - $written - $unknown;
	$count->{final} += $stored;
	# what a session that was ended had been told is lost with it
	return if $outcome eq 'lost';
	return "many $mark: $outcome of $rows rows" if $outcome =~ /^\d+$/ && $outcome != $rows;
	return if $known == $written && $stored <= $written + $unknown;
	return "many $mark: $outcome, $written of $rows written, unknown $named; stored $stored, of which $known are known";
}

# Every statement against what is stored: counts, SQLSTATEs, and what is wrong.
sub account
{
	my ($marks, $rows, $odd) = stored();
	my (%count, %codes, %deleted, %said, @wrong);
	my @lines = map { split /\n/, slurp_file("$notes/$_") } 0 .. $sessions - 1;
	foreach my $line (@lines)
	{
		my ($what, $mark, $outcome) = split / /, $line;
		$deleted{$mark} = $outcome if $what eq 'delete';
		$said{$mark} = $line if $what eq 'text';
	}
	foreach my $line (@lines)
	{
		my ($what, $mark, $outcome) = split / /, $line;
		next if $what eq 'text';
		if ($what eq 'code')
		{
			$codes{$mark} += $outcome;
			next;
		}
		if ($what eq 'many')
		{
			push @wrong, map { ($_, $said{$mark}) } account_many($rows, $count{many} //= {}, (split / /, $line)[ 1 .. 5 ]);
			next;
		}
		my $known = $outcome =~ /^\d+$/;
		$count{$what}{ $known ? 'acknowledged' : $outcome }++;
		my $times = $what =~ /insert|delete/ ? $rows->{$mark} // 0
		  : $marks->{$mark} // 0;
		my ($least, $most) =
			$outcome eq 'unknown' ? (0, 1)
		  : ($known xor $what eq 'delete') ? (1, 1)
		  : (0, 0);
		($least, $most) = (0, 1) if $what eq 'insert' && exists $deleted{$mark};
		$count{$what}{final} += $times;
		push @wrong, "$what $mark: $outcome, stored $times times"
		  if $times < $least || $times > $most;
		push @wrong, "$what $mark: a false 0 rows" if $outcome eq '0';
	}
	push @wrong, 'a key was taken that nobody had' if $codes{23505};
	push @wrong, @$odd;
	push @wrong, map { "mark $_ is stored $marks->{$_} times" }
	  grep { $marks->{$_} > 1 } sort keys %$marks;
	my $increments = $count{increment};
	push @wrong, 'the final value is out of bounds'
	  if $increments->{final} < ($increments->{acknowledged} // 0)
	  || $increments->{final} >
	  ($increments->{acknowledged} // 0) + ($increments->{unknown} // 0);
	return (\%count, \%codes, \@wrong);
}

my $format = '%-21s %-12s %6s %6s %6s %6s %6s';
my @table = sprintf $format, 'fault', 'statement', 'all', 'acked', 'unkn.',
  'failed', 'final';
foreach my $kind (@wanted)
{
	my $faults = $kinds{$kind} or die "no such kind of fault: $kind\n";
	$test->reset_proxy;
	$node->safe_psql('postgres', "TRUNCATE storm");
	$node->safe_psql('postgres',
		"INSERT INTO storm SELECT 'k' || i, 0, ARRAY[]::text[] FROM generate_series(0, $counters - 1) i");
	my $each = $chance / @$faults;
	my $passed = 0;
	# the first that fits decides: each is to have the same share in the end
	$test->fault(map { my $rule = { %$_, count => 0, chance => $each / (1 - $passed) };
			$passed += $each; $rule } @$faults);
	my $start = time;
	run_sessions();
	my $elapsed = time - $start;
	$test->reset_proxy;
	sleep 1;		# what was delayed
	my ($count, $codes, $wrong) = account();
	is_deeply($wrong, [], "$kind: every statement is accounted for");
	foreach my $what (qw(increment conditional insert delete many))
	{
		my $of = $count->{$what} // {};
		push @table, sprintf $format, $kind, $what,
		  sum0(map { $of->{$_} // 0 } qw(acknowledged unknown failed)),
		  map { $of->{$_} // 0 } qw(acknowledged unknown failed final);
	}
	my $line = sprintf '%s: %.0f s; errors: %s', $kind, $elapsed,
	  join ', ', map { "$_ $codes->{$_}" } sort keys %$codes;
	$ENV{STORM_OPERATIONS} ? diag($line) : note($line);
	diag map { "$_\n" } @$wrong;
}
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/,
	'no backend has crashed');
my $table = join "\n", @table;
$ENV{STORM_OPERATIONS} ? diag($table) : note($table);

$test->drop_tables;
done_testing();
