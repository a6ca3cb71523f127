# Side.pm
#		One of the two databases, in a psql that stays open: what a statement
#		says there, taken apart.
#
#	my $side = Side->new('database', $directory);
#	my $result = $side->run($text);
#	# {state, message, tag, header, rows, notices}; dies if the session ends
#
package Side;

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use IPC::Open3;
use Script;
use Symbol qw(gensym);
use Time::HiRes qw(time);

# Between values and between rows; no statement's output has them.
use constant { VALUE => "\x1f", ROW => "\x1e" };

# A statement that takes longer has failed.
use constant SECONDS => 300;

my $count = 0;

sub new
{
	my ($class, $database, $directory) = @_;
	my $self = bless {
		database => $database,
		directory => $directory,
		file => "$directory/statement." . ++$count,
		transaction => '',
		rename => '',
	}, $class;
	my $errors = gensym;
	$self->{pid} = open3(my $to, my $from, $errors, 'psql', '-XA',
		'-F', VALUE, '-R', ROW, '-P', 'footer=off', '-P', 'pager=off',
		'-v', 'VERBOSITY=verbose', '-d', $database);
	$to->autoflush(1);
	@$self{qw(to from errors)} = ($to, $from, $errors);
	return $self;
}

# Reads both of psql's outputs until each has come to the mark.
sub read_outputs
{
	my ($self, $mark) = @_;
	my %text = ($self->{from} => '', $self->{errors} => '');
	my $select = IO::Select->new($self->{from}, $self->{errors});
	my $end = time + SECONDS;

	while ($select->count)
	{
		my @ready = $select->can_read($end - time);
		die "no answer within " . SECONDS . " s\n" unless @ready;
		foreach my $handle (@ready)
		{
			sysread($handle, $text{$handle}, 65536, length $text{$handle})
			  or die "the session has ended: $text{$self->{errors}}\n";
			$select->remove($handle) if $text{$handle} =~ s/^\Q$mark\E\n\z//m;
		}
	}
	return @text{ $self->{from}, $self->{errors} };
}

# Runs what may be several statements, or psql's commands.
sub run
{
	my ($self, $text) = @_;
	my $mark = '=done=' . ++$count;

	$text =~ s/\bregress_/$self->{rename}/g if $self->{rename};
	open my $file, '>', $self->{file} or die "$self->{file}: $!\n";
	print $file $text;
	close $file or die "$self->{file}: $!\n";
	print { $self->{to} } "\\i $self->{file}\n\\echo $mark\n\\warn $mark\n";
	my ($output, $errors) = $self->read_outputs($mark);
	s/\b\Q$self->{rename}\E/regress_/g
	  foreach $self->{rename} ? ($output, $errors) : ();
	my $result = messages($errors);
	rows($result, $output);
	$self->follow_transaction($result, Script::words($text));
	return $result;
}

# What was said besides rows: SQLSTATE and text of errors, and notices whole,
# but for where in the sources they come from.
sub messages
{
	my ($errors) = @_;
	my %result = (state => '', message => '', notices => []);

	$errors =~ s/^psql:[^\n:]*:\d+: //gm;
	$errors =~ s/^LOCATION:  [^\n]*\n//gm;
	foreach my $said (split /^(?=[A-Z]+[0-9]?:  \w{5}: )/m, $errors)
	{
		chomp $said;
		if ($said =~ /^(?:ERROR|FATAL|PANIC):  (\w{5}): ([^\n]*)/)
		{
			$result{state} .= ($result{state} && ' ') . $1
			  unless $result{state} =~ /\b$1$/
			  || $result{state} && $1 eq '25P02';
			$result{message} .= ($result{message} && "\n") . $2;
		}
		elsif (length $said)
		{
			push @{ $result{notices} }, $said;
		}
	}
	$result{state} ||= '00000';
	return \%result;
}

sub rows
{
	my ($result, $output) = @_;
	$result->{tag} = $output =~ s/^([A-Z][A-Z ]*(?: \d+)*)\n\z//m ? $1 : '';
	chomp $output;
	($result->{header}, my @rows) = split ROW, $output, -1;
	$result->{header} //= '';
	$result->{rows} = \@rows;
	return;
}

# '', 'open', or 'failed', where nothing is done until it is rolled back.
sub follow_transaction
{
	my ($self, $result, $words) = @_;
	my $tag = $result->{tag};

	$self->{transaction} = 'failed'
	  if $result->{state} ne '00000' && $self->{transaction};
	if ($tag =~ /^(?:BEGIN|START TRANSACTION)$/
		|| $tag eq 'ROLLBACK' && $words =~ /^rollback .*?\bto\b/i)
	{
		$self->{transaction} = 'open';
	}
	elsif ($tag =~ /^(?:COMMIT|ROLLBACK|PREPARE TRANSACTION)$/)
	{
		$self->{transaction} = $words =~ /\band chain$/i ? 'open' : '';
	}
	elsif ($words =~ /^(?:commit|end|prepare transaction)\b/i)
	{
		$self->{transaction} = '';		# it has failed
	}
	return;
}

# Rows of a query of ours, as lists of values; dies if it fails.
sub query
{
	my ($self, $sql) = @_;
	my $result = $self->run("$sql;");
	die "$result->{state} $result->{message}\nin: $sql\n"
	  if $result->{state} ne '00000';
	return map { [ split VALUE, $_, -1 ] } @{ $result->{rows} };
}

sub finish
{
	my ($self) = @_;
	close $self->{to};
	close $self->{from};
	waitpid $self->{pid}, 0;
	return;
}

1;
