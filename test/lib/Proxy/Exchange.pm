# Exchange.pm
#		One request and its answer.
#
package Proxy::Exchange;

use strict;
use warnings;

use Proxy::Message qw($json take_message fields_of);
use Proxy::Socket qw(connect_upstream put reset_client);

my ($target_host, $target_port);

sub set_target
{
	($target_host, $target_port) = @_;
	return;
}

# Takes the next request off what a client has sent; undef if it is not whole.
sub next_of
{
	my ($class, $client) = @_;
	if ($client->{in} =~ s/^(.*?\r\n)Expect:\s*100-continue\r\n/$1/si)
	{
		put($client, "HTTP/1.1 100 Continue\r\n\r\n");
	}
	my ($head, $body, $whole) = take_message(\$client->{in}) or return;
	my ($method, $path) = $head =~ m{^(\w+) (\S+) };
	my $fields = fields_of($head);
	my ($operation) = ($fields->{'x-amz-target'} // '') =~ /\.(\w+)$/;
	my $self = bless {
		client => $client,
		method => $method // '',
		path => $path // '',
		headers => $fields,
		head => $head,
		body => $body,
		bytes => $whole,				# what is forwarded
		operation => $operation // '',
		forwarded => 0,					# the engine has it, and owes an answer
		rule => undef					# that decides about it
	}, $class;
	$self->{tables} = $self->tables;
	return $client->{exchange} = $self;
}

# The decoded body; {} if it is none.
sub parameters
{
	my ($self) = @_;
	return eval { $json->decode($self->{body}) } // {};
}

sub tables
{
	my ($self) = @_;
	my %names;
	if ($self->{operation} eq 'BatchExecuteStatement')
	{
		%names = map { $_->{Statement} =~ /INTO "([^"]*)"/ ? ($1 => 1) : () }
		  @{ $self->parameters->{Statements} // [] };
	}
	elsif ($self->{operation} =~ /^Batch/)
	{
		%names = map { $_ => 1 } keys %{ $self->parameters->{RequestItems} // {} };
	}
	else
	{
		$names{$1} = 1 while $self->{body} =~ /"TableName"\s*:\s*"([^"]*)"/g;
	}
	return [ keys %names ];
}

# Another body for the engine.
sub replace_body
{
	my ($self, $parameters) = @_;
	my $body = $json->encode($parameters);
	my $head = $self->{head} =~
	  s/^Content-Length:.*?\r\n/'Content-Length: ' . length($body) . "\r\n"/mier;
	$self->{bytes} = $head . $body;
	return;
}

sub forward
{
	my ($self) = @_;
	my $client = $self->{client};
	return unless $client->{socket};
	my $upstream = $client->{upstream} //=
	  connect_upstream($target_host, $target_port, $client);
	if (!$upstream)
	{
		reset_client($client);
		return;
	}
	$self->{forwarded} = 1;
	put($upstream, $self->{bytes} =~ s/\r\n/\r\nVia: 1.1 proxy\r\n/r);
	return;
}

# To the engine, whose answer nobody waits for any more; on_answer is called.
sub deliver
{
	my ($self, $on_answer) = @_;
	my $upstream = connect_upstream($target_host, $target_port, undef) or return;
	$upstream->{on_answer} = $on_answer;
	put($upstream, $self->{bytes} =~ s/\r\n/\r\nVia: 1.1 proxy\r\n/r);
	return;
}

sub respond
{
	my ($self, $answer) = @_;
	my $client = $self->{client};
	return unless $client->{socket};
	$client->{exchange} = undef;
	put($client, $answer);
	return;
}

1;
