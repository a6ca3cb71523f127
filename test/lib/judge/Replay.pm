# Replay.pm
#		Runs a transaction of Watched.pm, with what others do between, and does
#		it again on the items as they were when it was committed.
#
# A key is a text here: what psql shows of its parts.  A state is a hash of
# keys, of each the values of all columns.  An item is touched from the
# statement on that writes or locks it, until that is rolled back.
package Replay;

use strict;
use utf8;
use warnings;

use JSON::PP;

use Comparison;
use Held;
use Table;
use Transaction;
use Tree;
use Watched;

my $json = JSON::PP->new->canonical->utf8(0);

sub new
{
	my ($class, $table, %sessions) = @_;
	my $self = bless { table => $table, %sessions, parts => scalar(my @keys = $table->keys) }, $class;
	$self->{names} = [ map { $_->{name} } @{ $table->{columns} } ];
	my %literals = map { $_ => 1 } map { @{ $_->{pool} } } $table->keys;
	my @literals = sort keys %literals;
	my @texts = $self->{other}->run(map { { text => "SELECT $_" } } @literals);
	$self->{text_of}{ $literals[$_] } = $texts[$_]{rows}[0] foreach 0 .. $#literals;
	$self->{stored} = join ', ', map { $_->{name} } grep { !$_->{generated} } @{ $table->{columns} };
	$self->{twin}->run({ text => 'DELETE FROM t' }, { text => 'DROP TABLE IF EXISTS judge.snapshot' }, { text => 'CREATE TABLE judge.snapshot AS SELECT * FROM twin.t' });
	Held::hold();
	return $self;
}

sub finish
{
	my ($self) = @_;
	Held::release();
	$_->finish foreach @$self{qw(remote other twin)};
	return;
}

# ---- items ----

sub key_text { my ($self, @literals) = @_; return join '|', map { $self->{text_of}{$_} } @literals }

sub key_of_row { my ($self, $row) = @_; return join '|', (split /\|/, $row, -1)[ 0 .. $self->{parts} - 1 ] }

sub key_of_item
{
	my ($self, $item) = @_;
	return join '|', map { (values %{ $item->{ Table::attribute($_) } })[0] } $self->{table}->keys;
}

sub state_of
{
	my ($self, @rows) = @_;
	return { map { $self->key_of_row($_) => [ split /\|/, $_, -1 ] } @rows };
}

sub row_text { my ($row) = @_; return Comparison::without_scale(join '|', @{ $row // [] }) }

# The columns of an item that differ; '' for its being there.
sub changed_columns
{
	my ($self, $before, $after) = @_;
	return () unless $before || $after;
	return ('') unless $before && $after;
	return map { $self->{names}[$_] } grep { $before->[$_] ne $after->[$_] } 0 .. $#$before;
}

# ---- what others do ----

sub raw_text { my ($action) = @_; return $json->encode($action->{body}) . ' of ' . join(', ', @{ $action->{key} }) }

sub act
{
	my ($self, $action) = @_;
	my $sql = $action->{sql};
	if (!$sql)
	{
		my %body = (%{ $action->{body} }, Key => Watched::raw_key($self->{table}, map { $self->{text_of}{$_} } @{ $action->{key} }));
		$sql = "SELECT dyn_request('dynamo', 'UpdateItem', " . Type::quote($json->encode(\%body)) . ') IS NULL';
	}
	my (undef, $rows) = $self->{other}->run({ text => $sql }, { text => 'SELECT * FROM t' });
	return $self->state_of(@{ $rows->{rows} });
}

# ---- the transaction ----

# Which items a statement has touched, from what it said.
sub touched_by
{
	my ($self, $step, $result) = @_;
	return () unless ($step->{writes} || $step->{locks}) && $result->{sqlstate} eq '00000';
	my @keys = $step->{returns} ? map { $self->key_of_row($_) } @{ $result->{rows} } : ();
	push @keys, $self->key_text(@{ $step->{key} }) if $step->{key} && $result->{count} > 0;
	return @keys;
}

sub set_or_restore
{
	my ($run, $text, $step) = @_;
	my ($what, $name) = $text =~ /^(SAVEPOINT|ROLLBACK TO|RELEASE) (\w+)$/ or return;
	my $savepoints = $run->{savepoints};
	if ($what eq 'SAVEPOINT')
	{
		push @$savepoints, { name => $name, touched => { %{ $run->{touched} } } };
		return;
	}
	my ($place) = grep { $savepoints->[$_]{name} eq $name } reverse 0 .. $#$savepoints or return;
	splice @$savepoints, $what eq 'RELEASE' ? $place : $place + 1;
	$run->{touched} = { %{ $savepoints->[$place]{touched} } } if $what eq 'ROLLBACK TO';
	return;
}

sub interfere
{
	my ($self, $run, $action) = @_;
	push @{ $run->{history} }, $self->act($action);
	push @{ $run->{raw} }, $self->key_text(@{ $action->{key} }) if $action->{key};
	return;
}

# Runs a statement; while it waits for what is held, somebody else acts.
sub run_statement
{
	my ($self, $run, $step, $text) = @_;
	my $remote = $self->{remote};
	my $inside = $step->{inside} // return scalar $remote->run({ text => $text });
	Held::hold($inside->{rule});
	$remote->send({ text => $text });
	until ($remote->is_ready(0.002))
	{
		next unless Held::is_held();
		$self->interfere($run, $inside);
		$run->{inside}++;
		Held::release();
	}
	Held::hold();
	return ($remote->results)[0];
}

# Runs all but COMMIT; ends early with a conflict.
sub play
{
	my ($self, $transaction) = @_;
	my ($begun) = $self->{remote}->run({ text => 'BEGIN; SELECT now()' });
	my $rows = $self->{other}->run({ text => 'SELECT * FROM t' });
	my %run = (time => $begun->{rows}[0], history => [ $self->state_of(@{ $rows->{rows} }) ], touched => {}, savepoints => [], steps => []);
	foreach my $step (@{ $transaction->{steps} })
	{
		if ($step->{action})
		{
			$self->interfere(\%run, $step->{action});
			next;
		}
		my $text = $step->{text} // Tree::text($step->{tree});
		my %before = %{ $run{touched} };
		$self->{mark} = -s $self->{remote}{errors};
		my $history = $#{ $run{history} };
		my $result = $self->run_statement(\%run, $step, $text);
		if ($result->{sqlstate} eq '00000')
		{
			set_or_restore(\%run, $text);
			$run{touched}{$_} //= { history => $history, step => scalar @{ $run{steps} } } foreach $self->touched_by($step, $result);
		}
		push @{ $run{steps} }, { step => $step, text => $text, result => $result, before => \%before, after => { %{ $run{touched} } } };
		if ($result->{sqlstate} =~ /^(?:40001|ended)$/)
		{
			$run{end} = $result;
			$self->{remote}->run({ text => 'ROLLBACK' }) if $result->{sqlstate} eq '40001';
			last;
		}
	}
	return \%run;
}

# Sends COMMIT; while it is held others act, and then all is kept as it is.
sub commit
{
	my ($self, $run, @actions) = @_;
	my $remote = $self->{remote};
	$self->{mark} = -s $remote->{errors};
	$remote->send({ text => 'COMMIT' });
	until ($remote->is_ready(0.002))
	{
		next unless Held::is_held();
		my $action = shift @actions;
		$self->interfere($run, $action) if $action;
		$run->{actions} = [ Held::actions() ];
		$run->{sent}++;
		$self->{twin}->run({ text => 'TRUNCATE judge.snapshot' }, { text => 'INSERT INTO judge.snapshot SELECT * FROM remote.t' });
		Held::release();
	}
	($run->{end}) = $remote->results;
	return;
}

# What psql said of the last error, with its detail.
sub said
{
	my ($self) = @_;
	open my $file, '<:utf8', $self->{remote}{errors} or return '';
	seek $file, $self->{mark}, 0;
	local $/;
	return <$file> // '';
}

# ---- a conflict ----

# Could a statement since the item was touched have read the column of it?
sub mentions
{
	my ($self, $run, $key, $column) = @_;
	my $table = $self->{table};
	return 1 if $column eq '' || $table->{check} || $table->{trigger} || grep { $_->{generated} || $_->{type}->{document} } @{ $table->{columns} };
	my $first = $run->{touched}{$key}{step};
	foreach my $one (@{ $run->{steps} }[ $first .. $#{ $run->{steps} } ])
	{
		my $step = $one->{step};
		next if $step->{key} && !$step->{moves} && $self->key_text(@{ $step->{key} }) ne $key;
		return 1 if $step->{whole} || $one->{text} =~ /\b\Q$column\E\b/;
	}
	return 0;
}

# All changes of touched items: [key, column, whether it could be seen].
sub changes
{
	my ($self, $run, $touched) = @_;
	my @changes;
	foreach my $key (sort keys %$touched)
	{
		my $first = $touched->{$key};
		push @changes, map { [ $key, $_, $self->mentions($run, $key, $_) ? 1 : 0 ] }
		  $self->changed_columns($run->{history}[ $first->{history} ]{$key}, $run->{history}[-1]{$key});
	}
	return @changes;
}

# Why a conflict is none; '' if it is one.
sub spurious
{
	my ($self, $run, $said) = @_;
	my @changes = $self->changes($run, $run->{touched});
	return @changes ? '' : 'nothing that was touched has changed' unless $said =~ /Item (\{.*?\})\.(.*)/;
	my ($item, $more) = ($1, $2);
	my $values = $json->decode($item);
	my $key = join '|', map { $values->{ Table::attribute($_) } } $self->{table}->keys;
	my $first = $run->{touched}{$key};
	# what is touched by the failing statement itself, or was rolled back, is not known here
	return '' unless $first;
	my @of_item = grep { $_->[0] eq $key } @changes;
	my $changed_raw = grep { $_ eq $key } @{ $run->{raw} // [] };
	if ($more =~ /Column "(.*?)" has changed/)
	{
		my $column = $1;
		my ($change) = grep { $_->[1] eq $column || $_->[1] eq '' } @of_item;
		# an attribute of type NULL and none are the same to SQL
		return $changed_raw ? '' : "column $column of $key has not changed" unless $change;
		return "column $column of $key was not seen" unless $self->mentions($run, $key, $column);
		return '';
	}
	return '' if $more =~ /Attribute "/ && $changed_raw;
	return (grep { $_->[2] } @of_item) ? '' : "nothing that was seen of $key has changed";
}

sub taken { my ($self, $run) = @_; return grep { $_->[1] eq '' && $run->{history}[-1]{ $_->[0] } } $self->changes($run, $run->{touched}) }

# ---- done again ----

# The steps on the twin: a text of those of which nothing is to be done is
# undef.
sub replay_steps
{
	my ($self, $run, $sent) = @_;
	my @names = map { $_->{name} } $self->{table}->keys;
	my @steps;
	foreach my $one (@{ $run->{steps} })
	{
		my ($step, $result) = @$one{qw(step result)};
		my $known = !$step->{key} || $one->{before}{ $self->key_text(@{ $step->{key} }) };
		my $nothing = $result->{sqlstate} ne '00000' || $step->{writes} && $result->{count} == 0 && !$known;
		my @new = grep { $sent->{$_} && !$one->{before}{$_} } sort keys %{ $one->{after} };
		my @before;
		foreach my $key (@new)
		{
			my @parts = split /\|/, $key, -1;
			push @before, "INSERT INTO t ($self->{stored}) SELECT $self->{stored} FROM judge.snapshot WHERE " . join(' AND ', map { "$names[$_]::text = " . Type::quote($parts[$_]) } 0 .. $#names) . ';';
		}
		push @steps, { text => $nothing ? 'SELECT 1 WHERE false' : $one->{text}, before => $nothing ? [] : \@before, nothing => $nothing };
	}
	return @steps;
}

# Of which items a step is compared: those that stayed touched until the end.
sub compared
{
	my ($run, $sent) = @_;
	my %alive = map { $_ => 1 } grep { $sent->{$_} } keys %{ $run->{touched} };
	my @result;
	foreach my $one (reverse @{ $run->{steps} })
	{
		%alive = map { $_ => 1 } grep { $one->{after}{$_} } keys %alive;
		unshift @result, {%alive};
	}
	return @result;
}

sub rows_about { my ($self, $keys, $result) = @_; return join "\n", sort map { Comparison::without_scale($_) } grep { $keys->{ $self->key_of_row($_) } } @{ $result->{rows} } }

sub wrong { my ($what, $one, @shown) = @_; return { what => $what, text => join "\n", ($one ? "of $one->{text}" : ()), @shown } }

sub step_difference
{
	my ($self, $one, $keys, $again) = @_;
	my $step = $one->{step};
	my $about = !$step->{key} || $keys->{ $self->key_text(@{ $step->{key} }) };
	if ($again->{sqlstate} ne '00000')
	{
		return $about ? wrong('WRONG COMMIT: an error', $one, Comparison::shown($again)) : ();
	}
	if ($step->{returns})
	{
		my ($was, $is) = map { $self->rows_about($keys, $_) } $one->{result}, $again;
		return $was eq $is ? () : wrong('WRONG COMMIT: other rows', $one, "it was\n$was", "and is now\n$is");
	}
	return () unless $step->{writes} && $about;
	return $one->{result}{count} == $again->{count} ? () : wrong('WRONG COMMIT: another count', $one, "it was $one->{result}{count}, and is now $again->{count}");
}

sub state_difference
{
	my ($self, $run, $sent, $twin) = @_;
	my ($stored, $snapshot) = map { $self->state_of(@{ $_->{rows} }) } $self->{other}->run({ text => 'SELECT * FROM t' }, { text => 'SELECT * FROM judge.snapshot' });
	my $again = $self->state_of(@{ $twin->{rows} });
	my %keys = (%$stored, %$snapshot, %$again);
	foreach my $key (sort keys %keys)
	{
		my $wanted = $sent->{$key} && $run->{touched}{$key} ? $again->{$key} : $snapshot->{$key};
		next if row_text($stored->{$key}) eq row_text($wanted);
		return wrong('WRONG COMMIT: other items', undef, "of $key there is", join('|', @{ $stored->{$key} // ['nothing'] }), 'and should be', join('|', @{ $wanted // ['nothing'] }));
	}
	return;
}

sub replay
{
	my ($self, $run) = @_;
	my %sent = map { my ($kind) = keys %$_; $self->key_of_item($_->{$kind}{Key} // $_->{$kind}{Item}) => $kind } @{ $run->{actions} };
	my @missing = grep { !$sent{$_} && $run->{history}[ $run->{touched}{$_}{history} ]{$_} } keys %{ $run->{touched} };
	return wrong('WRONG COMMIT: not sent', undef, @missing) if @missing;
	my @steps = $self->replay_steps($run, \%sent);
	my (undef, @again) = $self->{twin}->run({ text => "BEGIN; SET LOCAL judge.now = '$run->{time}'" }, @steps, { text => 'SELECT * FROM t' }, { text => 'ROLLBACK' });
	pop @again;
	my $twin = pop @again;
	my @compared = compared($run, \%sent);
	foreach my $i (0 .. $#steps)
	{
		next if $steps[$i]{nothing};
		my $difference = $self->step_difference($run->{steps}[$i], $compared[$i], $again[$i]);
		return $difference if $difference;
	}
	return $self->state_difference($run, \%sent, $twin);
}

# ---- the verdict ----

# counts: what happened; what and text: what is wrong.
sub run
{
	my ($self, $transaction) = @_;
	my $run = $self->play($transaction);
	$self->commit($run, @{ $transaction->{at_commit} // [] }) unless $run->{end};
	my $state = $run->{end}{sqlstate};
	my $sent = $run->{actions} ? 'sent' : 'not sent';
	my @counts = ("$state, $sent", (map { "statements: $_->{result}{sqlstate}" } @{ $run->{steps} }), $run->{sent} && $run->{sent} > 1 ? 'sent more than once' : (), ('changes within a statement') x ($run->{inside} // 0));
	return { counts => \@counts } if $state eq '00000' && !$run->{actions};
	my @changes = $self->changes($run, $run->{touched});
	push @counts, 'a COMMIT met a change of what was seen' if grep { $_->[2] } @changes;
	push @counts, 'a COMMIT met a change of what was not seen' if grep { !$_->[2] } @changes;
	my $said = $self->said;
	my $what;
	if ($state eq '00000')
	{
		$what = $self->replay($run);
	}
	elsif ($state eq '40001' || $state eq '23505')
	{
		my $why = $state eq '40001' ? $self->spurious($run, $said) : $self->taken($run) ? '' : 'no key was taken';
		$what = wrong('SPURIOUS CONFLICT', undef, $why, $said) if $why;
	}
	else
	{
		$what = wrong("COMMIT FAILED WITH $state", undef, $said);
	}
	return { counts => \@counts, $what ? %$what : () };
}

1;
