# Fault.pm
#		What the proxy does to requests and answers on demand; test/proxy tells
#		how it is asked.
#
# Each kind has hooks: 'request' gets the exchange before it is forwarded,
# 'answer' when the engine's answer is there; each returns true if it has dealt
# with it.  A kind without 'request' forwards, one without 'answer' hands the
# answer on.  'check' refuses what a rule lacks.
#
package Proxy::Fault;

use strict;
use warnings;

use Compress::Zlib ();
use Proxy::Check;
use Proxy::Message qw($json make_message crc_line);
use Proxy::Socket qw(put close_when_sent reset_client later);

my $delivered = 0;			# late requests that were answered
our $port;					# of the proxy, for redirects to itself
our $redirected = 0;		# requests that have followed one

my @rules;					# faults not yet used up
my %page_of;				# mark of a made up page => where it begins
my $pages = 0;
my @held;					# what goes on when it is released

my $prefix = 'com.amazonaws.dynamodb.v20120810#';

my %fault = (

	# ---- time ----

	delay => {
		request => sub {
			my ($exchange, $rule) = @_;
			return 0 if after($rule);
			later($rule->{milliseconds}, sub { $exchange->forward });
			return 1;
		},
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			return 0 unless after($rule);
			later($rule->{milliseconds}, sub { $exchange->respond($answer) });
			return 1;
		},
	},
	stall => {
		request => sub { return !after($_[1]) },
		answer => sub { return 1 },
	},
	hold => {
		request => sub {
			my ($exchange, $rule) = @_;
			return 0 if after($rule);
			push @held, sub { $exchange->forward };
			return 1;
		},
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			return 0 unless after($rule);
			push @held, sub { $exchange->respond($answer) };
			return 1;
		},
	},
	late => {
		request => sub {
			my ($exchange) = @_;
			push @held, sub { $exchange->deliver(sub { $delivered++ }) };
			reset_client($exchange->{client});
			return 1;
		},
	},
	half => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			put($exchange->{client}, first_half($answer));
			return 1;
		},
	},
	drip => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			drip($exchange, $rule, $answer);
			return 1;
		},
	},

	# ---- connections ----

	reset_before => {
		request => sub { reset_client($_[0]->{client}); return 1 },
	},
	reset_after => {
		answer => sub { reset_client($_[0]->{client}); return 1 },
	},
	reset_middle => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			put($exchange->{client}, first_half($answer));
			close_when_sent($exchange->{client}, 'reset');
			return 1;
		},
	},
	close_middle => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			put($exchange->{client}, first_half($answer));
			close_when_sent($exchange->{client}, 'close');
			return 1;
		},
	},
	reset_on_reuse => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			$exchange->{client}{reset_next} = 1;
			$exchange->respond($answer);
			return 1;
		},
	},
	close_idle => {
		answer => sub {
			my ($exchange, $rule, $answer) = @_;
			my $client = $exchange->{client};
			$exchange->respond($answer);
			later(
				$rule->{milliseconds},
				sub { close_when_sent($client, 'close') unless $client->{exchange} });
			return 1;
		},
	},

	# ---- errors ----

	status => instead(sub {
		my ($rule) = @_;
		my $body = $rule->{body}
		  // { __type => $prefix . 'InternalServerError', message => 'fault' };
		return make_message($rule->{status} // 500,
			ref $body ? $json->encode($body) : $body);
	}),
	error => instead(\&error_answer),
	throttle => instead(sub {
		my ($rule) = @_;
		my $code = $rule->{code} // 'ProvisionedThroughputExceededException';
		my $reason = {
			reason => 'TableWriteProvisionedThroughputExceeded',
			resource => 'arn:aws:dynamodb:us-east-1:123456789012:table/t' };
		return error_answer({
				%$rule,
				code => $code,
				message => 'Throughput exceeds the current capacity',
				more => {
					($code eq 'ThrottlingException' ? 'throttlingReasons'
						: 'ThrottlingReasons') => [$reason] } });
	}),
	cancelled => instead(sub {
		my ($rule) = @_;
		my $reasons = $rule->{reasons};
		return error_answer({
				%$rule,
				code => 'TransactionCanceledException',
				message => 'Transaction cancelled, please refer cancellation reasons',
				envelope => 'Message',
				more => $reasons
				? { CancellationReasons => [ map { ref $_ ? $_ : { Code => $_ } } @$reasons ] }
				: {} });
	}),
	redirect => instead(sub {
		my ($rule) = @_;
		my $location = $rule->{location} // "http://127.0.0.1:$port/__redirected";
		return make_message($rule->{status} // 307, '', "Location: $location");
	}),

	# ---- bodies ----

	body => {
		answer => sub {
			my ($exchange, $rule, $answer, $body) = @_;
			$exchange->respond(other_body($rule, $body));
			close_when_sent($exchange->{client}, 'close')
			  if $rule->{form} =~ /^(?:short|until_closed|oversized)$/;
			return 1;
		},
		check => sub {
			my $form = $_[0]->{form} // '';
			other_body({ form => $form }, '{}') unless $form eq 'oversized';
		},
	},
	crc => {
		answer => sub {
			my ($exchange, $rule, $answer, $body) = @_;
			my ($status) = $answer =~ m{^HTTP/1\.1 (\d+)};
			$exchange->respond(make_message($status, $body,
					($rule->{value} // 'wrong') eq 'missing' ? ''
					: crc_line($body . ' ')));
			return 1;
		},
	},

	# ---- pages and batches ----

	unprocessed => {
		answer => sub {
			my ($exchange, $rule, $answer, $body) = @_;
			$exchange->respond(make_message(200, $json->encode(
						unprocessed($exchange, $rule, $json->decode($body)))));
			return 1;
		},
	},
	empty_page => {
		request => sub {
			my ($exchange) = @_;
			my $mark = 'page ' . ++$pages;
			$page_of{$mark} = $exchange->parameters->{ExclusiveStartKey};
			$exchange->respond(make_message(200, $json->encode({
							Items => [],
							Count => 0,
							ScannedCount => 0,
							LastEvaluatedKey => { proxy => { S => $mark } } })));
			return 1;
		},
	},
	same_page => {
		answer => sub {
			my ($exchange, $rule, $answer, $body) = @_;
			my $page = $json->decode($body);
			$page->{LastEvaluatedKey} = $rule->{key};
			$exchange->respond(make_message(200, $json->encode($page)));
			return 1;
		},
		check => sub { $_[0]->{key} or die "a page needs a key\n" },
	},

	statements => {
		request => sub { return refuse_statements(@_) },
		answer => sub {
			my ($exchange, $rule, $answer, $body) = @_;
			return 0 unless $exchange->{refused};
			my @done = @{ ($json->decode($body))->{Responses} // return 0 };
			$exchange->respond(refused_statements($exchange, $rule, \@done));
			return 1;
		},
		check => sub { $_[0]->{code} or die "a statement needs a code\n" },
	},

	# ---- the service's clock ----

	skew => {
		added => sub {
			my ($rule) = @_;
			$Proxy::Check::clock_offset = $rule->{seconds} // 3600;
			return;
		},
	},);

# ---- rules ----

sub after
{
	my ($rule) = @_;
	return ($rule->{when} // 'before') eq 'after';
}

# A kind that answers in the engine's place, before or after it has.
sub instead
{
	my ($answer_of) = @_;
	return {
		request => sub {
			my ($exchange, $rule) = @_;
			return 0 if after($rule);
			$exchange->respond($answer_of->($rule));
			return 1;
		},
		answer => sub {
			my ($exchange, $rule) = @_;
			$exchange->respond($answer_of->($rule));
			return 1;
		},
		check => $answer_of };
}

sub add
{
	my ($body) = @_;
	my @new = ref $body eq 'ARRAY' ? @$body : ($body);
	foreach my $rule (@new)
	{
		my $kind = ref $rule eq 'HASH' ? $rule->{kind} // '' : '';
		my $fault = $fault{$kind}
		  or die "kind must be one of: @{[sort keys %fault]}\n";
		$fault->{check}->($rule) if $fault->{check};
	}
	foreach my $rule (@new)
	{
		my $fault = $fault{ $rule->{kind} };
		if ($fault->{added})
		{
			$fault->{added}->($rule);
			next;
		}
		push @rules, { milliseconds => 0, skip => 0, count => 1, %$rule };
	}
	return { Faults => scalar @rules };
}

sub rules
{
	return \@rules;
}

sub reset_all
{
	@rules = ();
	%page_of = ();
	$delivered = 0;
	release();
	return;
}

# How many requests and answers are held, and how many late ones were answered.
sub held
{
	return { Held => scalar @held, Delivered => $delivered };
}

# Lets all go on that are held, in their order.
sub release
{
	my @released = splice @held;
	$_->() foreach @released;
	return { Released => scalar @released };
}

# The rule that decides about this request, if there is one.
sub take_rule
{
	my ($exchange) = @_;
	foreach my $rule (@rules)
	{
		next
		  if defined $rule->{operation}
		  && $rule->{operation} ne $exchange->{operation};
		next
		  if defined $rule->{table}
		  && !grep { $_ eq $rule->{table} } @{ $exchange->{tables} };
		next
		  if defined $rule->{contains}
		  && index($exchange->{body}, $rule->{contains}) < 0;
		next if defined $rule->{chance} && rand() >= $rule->{chance};
		next if $rule->{skip}-- > 0;
		$rule->{skip} = 0;
		@rules = grep { $_ != $rule } @rules
		  if $rule->{count} && --$rule->{count} == 0;
		return $rule;
	}
	return;
}

# Lets the rule have the request; true if nobody else has to do anything.
sub on_request
{
	my ($exchange) = @_;
	my $start = $exchange->{body} =~ /"proxy"/
	  && ($exchange->parameters->{ExclusiveStartKey} // {})->{proxy};
	leave_made_up_page($exchange, $start->{S}) if $start;

	my $rule = $exchange->{rule} = take_rule($exchange);
	my $hook = $rule && $fault{ $rule->{kind} }{request};
	return $hook && $hook->($exchange, $rule);
}

# The same for the engine's answer.
sub on_answer
{
	my ($exchange, $answer, $body) = @_;
	my $rule = $exchange->{rule};
	my $hook = $rule && $fault{ $rule->{kind} }{answer};
	return $hook && $hook->($exchange, $rule, $answer, $body);
}

# ---- answers ----

# The head and half of the body.
sub first_half
{
	my ($answer) = @_;
	my $start = index($answer, "\r\n\r\n") + 4;
	return substr($answer, 0, $start + int((length($answer) - $start) / 2));
}

sub drip
{
	my ($exchange, $rule, $answer) = @_;
	my $client = $exchange->{client};
	my $bytes = $rule->{bytes} // 1;
	return unless $client->{socket};
	if (length $answer <= $bytes)
	{
		$exchange->respond($answer);
		return;
	}
	put($client, substr($answer, 0, $bytes, ''));
	later($rule->{milliseconds} || 10, sub { drip($exchange, $rule, $answer) });
	return;
}

# An error in one of the shapes ("envelope") that they come in.
sub error_answer
{
	my ($rule) = @_;
	my $code = $rule->{code} // 'InternalServerError';
	my $text = $rule->{message} // 'fault';
	my $status = $rule->{status} // 400;
	my $envelope = $rule->{envelope} // 'message';
	my %body = (__type => $prefix . $code, %{ $rule->{more} // {} });
	my @lines = defined $rule->{retry_after}
	  ? ("x-amz-retry-after: $rule->{retry_after}") : ();

	return make_message($status, "<html><body>$text</body></html>", @lines)
	  if $envelope eq 'html';
	return make_message($status, "<$code/>", @lines) if $envelope eq 'xml';
	return make_message($status, '', @lines) if $envelope eq 'empty';

	$body{__type} = $code if $envelope eq 'bare';
	$body{__type} .= ':http://internal.amazon.com/coral/x/' if $envelope eq 'suffix';
	if ($envelope eq 'header')
	{
		delete $body{__type};
		push @lines, "X-Amzn-Errortype: $code:http://internal.amazon.com/";
	}
	if ($envelope eq 'code')
	{
		delete $body{__type};
		$body{code} = $code;
	}
	$body{ $envelope eq 'Message' ? 'Message' : 'message' } = $text
	  unless $envelope eq 'silent';
	die "no such envelope: $envelope\n"
	  unless $envelope =~
	  /^(?:message|Message|bare|suffix|header|code|silent)$/;
	return make_message($status, $json->encode(\%body), @lines);
}

# The end of the connection is the end of the body.
sub without_length
{
	my ($answer) = @_;
	return $answer =~ s/^Content-Length:.*?\r\n//mr;
}

# The engine's body as something else.
sub other_body
{
	my ($rule, $body) = @_;
	my $form = $rule->{form};
	my %same = (
		empty => '',
		null => 'null',
		array => '[]',
		object => '{}',
		not_json => 'The service is being repaired.',
		html => '<html><body>503</body></html>',
		deep => '{"Item":' . '{"a":{"L":[' x 20000,
		utf8 => "{\"Item\":{\"id\":{\"S\":\"\xC3\x28\"}}}",
		truncated => substr($body, 0, int(length($body) / 2)),
		error => $json->encode(
			{ __type => $prefix . 'InternalServerError', message => 'fault' }));

	return make_message(200, $same{$form}) if defined $same{$form};
	return without_length(make_message(200, ' ' x (65 << 20), ''))
	  if $form eq 'oversized';
	return make_message(200, $body, 'Content-Length: 1000000000000')
	  if $form eq 'announced';
	return make_message(200, $body, 'Content-Length: ' . (length($body) + 10))
	  if $form eq 'short';
	return without_length(make_message(200, $body)) if $form eq 'until_closed';
	return make_message(200, $body =~ s/^\{/{"Item":{"id":{"S":"no"}},"Item":{"id":{"S":"no"}},/r)
	  if $form eq 'duplicate';
	return make_message(200, Compress::Zlib::memGzip($body),
		'Content-Encoding: gzip')
	  if $form eq 'gzip';
	die "no such form of a body: $form\n";
}

# So many of the keys asked for count as not looked at (default: all of them).
# Of BatchWriteItem, whose deletions may be done twice, so many items.
sub unprocessed
{
	my ($exchange, $rule, $answer) = @_;
	my $asked = $exchange->parameters->{RequestItems} // {};
	my $left = $rule->{keys};
	if ($exchange->{operation} eq 'BatchWriteItem')
	{
		my ($table) = keys %$asked;
		my @items = @{ $asked->{$table} };
		$answer->{UnprocessedItems}{$table} = [ splice @items, 0, $left // scalar @items ];
		return $answer;
	}
	foreach my $table (sort keys %$asked)
	{
		my @keys = @{ $asked->{$table}{Keys} // [] };
		my @back = splice @keys, 0, $left // scalar @keys;
		$left -= @back if defined $left;
		next unless @back;
		$answer->{UnprocessedKeys}{$table} = { %{ $asked->{$table} }, Keys => \@back };
		foreach my $key (@back)
		{
			@{ $answer->{Responses}{$table} } =
			  grep { !has_key($_, $key) } @{ $answer->{Responses}{$table} // [] };
		}
	}
	return $answer;
}

# Some statements of a batch: those at these places, or so many of a hundred.
# Before, the engine does not get them.
sub refuse_statements
{
	my ($exchange, $rule) = @_;
	return 0 unless $exchange->{operation} eq 'BatchExecuteStatement';
	my $parameters = $exchange->parameters;
	my @statements = @{ $parameters->{Statements} };
	$exchange->{statements} = @statements;
	$exchange->{refused} = { map { $_ => 1 } $rule->{places} ? @{ $rule->{places} }
		: grep { rand() < $rule->{percent} / 100 } 0 .. $#statements };
	return 0 if after($rule);
	my @left = map { $statements[$_] } grep { !$exchange->{refused}{$_} } 0 .. $#statements;
	if (!@left)
	{
		$exchange->respond(refused_statements($exchange, $rule, []));
		return 1;
	}
	$exchange->replace_body({ %$parameters, Statements => \@left });
	return 0;
}

# What was done, with the errors of those that are refused.
sub refused_statements
{
	my ($exchange, $rule, $done) = @_;
	my @responses;
	foreach my $place (0 .. $exchange->{statements} - 1)
	{
		my $answer = !$exchange->{refused}{$place} || after($rule) ? shift @$done : undef;
		push @responses, $exchange->{refused}{$place}
		  ? { Error => { Code => $rule->{code}, Message => 'fault' } } : $answer;
	}
	return make_message(200, $json->encode({ Responses => \@responses }));
}

sub has_key
{
	my ($item, $key) = @_;
	foreach my $name (keys %$key)
	{
		return 0
		  if !$item->{$name}
		  || $json->encode($item->{$name}) ne $json->encode($key->{$name});
	}
	return 1;
}

# What follows an empty page begins where that did.
sub leave_made_up_page
{
	my ($exchange, $mark) = @_;
	my $parameters = $exchange->parameters;
	my $start = $page_of{$mark};
	delete $parameters->{ExclusiveStartKey};
	$parameters->{ExclusiveStartKey} = $start if $start;
	$exchange->replace_body($parameters);
	$exchange->{body} = $json->encode($parameters);
	return;
}

1;
