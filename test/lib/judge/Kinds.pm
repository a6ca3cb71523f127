# Kinds.pm
#		Tables as other programs write them: the key is made of the values of
#		columns by templates, and items of another kind are beside the rows.
#
#	own		k and s are read out of the key: PK = 'K#' and the value of k
#	made	k and s have attributes of their own, and the key is made of them
#	both	k and s are read out of one attribute, the partition key
#
# What is made has a generated column in the twin.
package Kinds;

use strict;
use utf8;
use warnings;

use JSON::PP;

use Random;
use Type;

# What may be part of a text.
sub is_field
{
	my ($column) = @_;
	my $type = $column->{type};
	return $type->{family} ne 'float' && $type->{id} ne 'bytea' && !$type->{rare};
}

# Of these the twin can make the text, too.
sub is_plain { my ($column) = @_; return $column->{type}->{family} =~ /^(?:text|integer)$/ }

sub add_made
{
	my ($table, $name, $template, $expression, %more) = @_;
	$table->add($name, 'text_c', generated => $expression, template => $template, %more);
	$table->{columns}->[-1]->{attribute} = $more{attribute};
	return;
}

# Chooses how the key is spelled, if its types allow it.
sub choose
{
	my ($table) = @_;
	my @keys = $table->keys;
	return if grep { !is_field($_) } @keys;
	my @ways = ('own');
	push @ways, 'made' if !grep { !is_plain($_) } @keys;
	push @ways, 'both' if @keys == 2 && !grep { !is_plain($_) } @keys;
	my $way = $table->{kinds} = one_of(@ways);
	my $constant = chance(0.5);
	if ($way eq 'own')
	{
		# without a literal only a constant says which items are rows
		$_->{template} = one_of($constant ? '{}' : (), 'K#{}', 'K#{}', 'K#{}#end', 'ä {{}}{}') foreach @keys;
	}
	elsif ($way eq 'made')
	{
		foreach my $key (@keys)
		{
			my $name = $key->{key} eq 'sort' ? 'sk' : 'pk';
			add_made($table, $name, "\U$name\E#{$key->{name}}", "'\U$name\E#' || $key->{name}", attribute => uc $name, made_key => $key->{key});
			$key->{field} = 1;
		}
	}
	else
	{
		add_made($table, 'pk', 'K#{k}#S#{s}', "'K#' || k || '#S#' || s", attribute => 'PK', made_key => 'partition');
		@$_{ 'field', 'attribute' } = (1, 'PK') foreach @keys;
	}
	add_made($table, 'kind', 'A', "'A'", attribute => '_et') if $constant;
	return;
}

# What a template makes of a value that no statement has.
sub other_text
{
	my ($template) = @_;
	return $template =~ s/\{(?!\{)\w*\}/other/gr =~ s/\{\{/{/gr =~ s/\}\}/}/gr;
}

# Items that are no rows, as DynamoDB has them: such whose key begins
# otherwise, and such whose constant is another.  Their attributes are of types
# that the columns cannot read.
sub other_items
{
	my ($table) = @_;
	return unless $table->{kinds};
	my @parts = grep { $_->{template} && ($_->{made_key} || $_->{key}) } @{ $table->{columns} };
	my ($constant) = grep { ($_->{name} // '') eq 'kind' } @{ $table->{columns} };
	my @mapped = map { $_->{attribute} // $_->{name} } grep { !$_->{key} && !$_->{template} && !$_->{type}->{document} } @{ $table->{columns} };
	my %others = map { $_ => { M => { other => { BOOL => JSON::PP::true } } } } @mapped;
	my @items = map { my $n = $_; +{ %others, map { ($_->{attribute} // $_->{name}) => { S => "other $n" } } @parts } } 1, 2;
	push @items, { %others, (map { ($_->{attribute} // $_->{name}) => { S => other_text($_->{template}) } } @parts), _et => { S => 'B' } } if $constant;
	return map { my $item = $_; { key => { map { my $name = $_->{attribute} // $_->{name}; $name => $item->{$name} } @parts }, item => $item } } @items;
}

sub json { my ($data) = @_; return Type::quote(JSON::PP->new->canonical->encode($data)) . '::jsonb' }

# Puts them; and, at the end, looks whether they are what they were.
sub put_items
{
	my ($table) = @_;
	return join '', map { "SELECT dyn_request('dynamo', 'PutItem', " . json({ TableName => 'judge', Item => $_->{item} }) . ") IS NOT NULL;\n" } other_items($table);
}

sub check_items
{
	my ($table, $number) = @_;
	return join '', map { "CALL judge.check_other_item($number, " . json($_->{key}) . ', ' . json($_->{item}) . ");\n" } other_items($table);
}

1;
