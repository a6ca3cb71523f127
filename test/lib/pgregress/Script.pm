# Script.pm
#		A file of psql's language as a list of statements, cut where psql cuts
#		it.  The server's own files are what it has to read.
#
#	my @statements = Script::statements($text);
#	# {line, sql, data, meta}: sql without its data; data of COPY FROM stdin;
#	# meta, the backslash command that ended it or that stands by itself
#
package Script;

use strict;
use warnings;

# Where strings take backslashes without E, psql is told by the server.
my $plain_strings;

# What begins here, and must be taken as a whole.
sub token
{
	my ($text) = @_;
	return $1 if $$text =~ /\G(--[^\n]*)/gc;
	return comment($text) if $$text =~ m{\G/\*}gc;
	return $1 if $$text =~ /\G([eE]'(?:[^'\\]|\\.|'')*+')/gcs;
	return $1
	  if !$plain_strings && $$text =~ /\G('(?:[^'\\]|\\.|'')*+')/gcs;
	return $1 if $plain_strings && $$text =~ /\G('(?:[^']|'')*+')/gcs;
	return $1 if $$text =~ /\G("(?:[^"]|"")*+")/gcs;
	return $1 if $$text =~ /\G(\$(?:[A-Za-z_]\w*)?\$)/gc
	  && return $1 . dollar_quoted($text, $1);
	return $1 if $$text =~ /\G([A-Za-z_\x80-\xff][\w\$\x80-\xff]*)/gc;
	$$text =~ /\G(\\[;:]|.)/gcs;
	return $1;
}

sub dollar_quoted
{
	my ($text, $quote) = @_;
	$$text =~ /\G(.*?\Q$quote\E)/gcs;
	return $1 // '';
}

sub comment
{
	my ($text) = @_;
	my ($depth, $comment) = (1, '/*');
	while ($depth > 0 && $$text =~ m{\G(.*?(/\*|\*/))}gcs)
	{
		$comment .= $1;
		$depth += $2 eq '/*' ? 1 : -1;
	}
	return $comment;
}

# A statement's words without comments, to tell what it is.
sub words
{
	my ($sql) = @_;
	$sql =~ s{/\*.*?\*/}{ }gs;
	$sql =~ s/--[^\n]*/ /g;
	$sql =~ s/\s+/ /g;
	$sql =~ s/^ | ?;? ?$//g;
	return $sql;
}

# The lines of data after COPY FROM stdin, with the one that ends them.  Of a
# COPY that is meant to fail there are none: then statements follow.
sub copy_data
{
	my ($text) = @_;
	my $from = pos $$text;
	return unless $$text =~ /\G[^\n]*\n((?:.*?\n)??\\\.)(?=\n|\z)/gcs;
	my $data = $1;
	if ($data =~ /^\s*(?:copy|select|create|drop|insert|--|\\copy)\b.*;/im)
	{
		pos($$text) = $from;
		return;
	}
	return "$data\n";
}

# Tests of what the database can do, which end the file where it cannot.
sub without_conditions
{
	my ($text) = @_;
	$text =~ s{^\\if .*?^\\endif[^\n]*\n}
	  {my $b = $&; $b =~ tr/\n//cd; $b}gmse;
	return $text;
}

sub finish_statement
{
	my ($statements, $text, $state, $meta) = @_;
	my $sql = $state->{sql} =~ s{^(?:\s+|--[^\n]*\n|/\*.*?\*/)+}{}sr;
	my $words = words($sql);
	my %statement = (line => $state->{line}, sql => $sql, words => $words,
		meta => $meta, data => undef);

	$statement{data} = copy_data($text)
	  if !$meta && $words =~ /^copy\b.*\bfrom std(?:in|out)\b/i;
	$plain_strings = lc $1 ne 'off'
	  if $words =~ /^set standard_conforming_strings\s*(?:=|to)\s*'?(\w+)/i;
	push @$statements, \%statement if length $words || $meta;
	%$state = (sql => '', depth => 0, begun => 0, line => 0);
	return;
}

# SQL-standard bodies of functions hold semicolons.
sub count_body
{
	my ($state, $word) = @_;
	return
	  unless $state->{sql} =~ /(?:^|\n)\s*create\s+(?:or\s+replace\s+)?
		(?:function|procedure)\b/xi;
	if ($state->{begun} || lc $word eq 'begin')
	{
		$state->{begun}++ if $word =~ /^(?:begin|case)$/i;
		$state->{begun}-- if lc $word eq 'end';
	}
	return;
}

sub statements
{
	my ($text) = @_;
	my @statements;
	my %state = (sql => '', depth => 0, begun => 0, line => 0);

	$plain_strings = 1;
	$text = without_conditions($text);
	pos($text) = 0;
	while (pos($text) < length $text)
	{
		my $from = pos $text;
		if ($text =~ /\G(\\[a-zA-Z!?.][^\n]*)/gc)
		{
			$state{line} ||= 1 + substr($text, 0, $from) =~ tr/\n//;
			finish_statement(\@statements, \$text, \%state, $1);
			next;
		}
		my $token = token(\$text);
		$state{line} ||= 1 + substr($text, 0, $from) =~ tr/\n//
		  if $token =~ /^(?!--|\/\*)\S/;
		$state{sql} .= $token;
		count_body(\%state, $token) if $token =~ /^\w/;
		$state{depth}++ if $token eq '(';
		$state{depth}-- if $token eq ')' && $state{depth} > 0;
		finish_statement(\@statements, \$text, \%state)
		  if $token eq ';' && $state{depth} == 0 && $state{begun} == 0;
	}
	finish_statement(\@statements, \$text, \%state)
	  if words($state{sql}) ne '';
	return @statements;
}

1;
