# Layout.pm
#		The tables of two tenants, what keeps them apart, and the rows.
#
# The relation of which all statements are is t, and its foreign table t_item.
#
#	shape		key: the tenant is the partition key, as its text or in a
#				template; attribute: it is any column, and the key is another
#	face		partition: a partitioned table with policies; view: a view with a
#				security barrier and a check option; granted: one without, where
#				nobody may set the tenant; invoker: a view of the first
#	identity	what tells the tenant: user, setting, claims, or subselect
#	pooled		both tenants take turns in one session
package Layout;

use strict;
use utf8;
use warnings;

use Random;
use Table;
use Type;

our ($own, $other, $third) = ('tenant_ann', 'tenant_bob', 'tenant_eve');

my %shapes = (
	key => q(tenant text OPTIONS (key 'partition') COLLATE "C" NOT NULL, k text OPTIONS (key 'sort') COLLATE "C" NOT NULL),
	template => q(tenant text OPTIONS (attribute_name 'pk', key 'partition', template 'TENANT#{}') COLLATE "C" NOT NULL, k text OPTIONS (attribute_name 'sk', key 'sort', template 'ITEM#{}') COLLATE "C" NOT NULL),
	attribute => q(tenant text COLLATE "C" NOT NULL, k text OPTIONS (key 'partition') COLLATE "C" NOT NULL));
my $others = q(body text COLLATE "C", n integer, m integer, tags text[] OPTIONS (type 'SS'), list text[], doc jsonb);
my $plain_others = q(body text COLLATE "C", n integer, m integer, tags text[], list text[], doc jsonb);

my %identities = (
	user => 'current_user',
	setting => q(current_setting('app.tenant', true)),
	claims => q((current_setting('request.jwt.claims', true)::json ->> 'tenant')),
	subselect => q((SELECT current_setting('app.tenant', true))));

our @own_keys = map { "o$_" } 1 .. 6;
our @taken_keys = map { "x$_" } 1 .. 4;		# by the other tenant, in both worlds
our @hidden_keys = map { "y$_" } 1 .. 4;	# by him, if at all

sub column
{
	my ($name, $type, %more) = @_;
	return { name => $name, type => Type::get($type), %more };
}

sub quoted { return map { Type::quote($_) . '::text' } @_ }

sub new
{
	my ($class) = @_;
	my $shape = one_of('key', 'template', 'template', 'attribute', 'attribute');
	my $self = bless {
		shape => $shape,
		face => one_of('partition', 'partition', 'view', 'granted', 'invoker'),
		identity => one_of('user', 'user', 'setting', 'claims', 'subselect'),
		pooled => chance(0.3),
		analyzed => chance(0.4),
		atomic => chance(0.25),
		checked => chance(0.3),
		by_command => chance(0.2)
	}, $class;
	$self->{pooled} = 0 if $self->is_by_attribute;
	my $key = $self->is_by_attribute ? {} : { key => 'partition' };
	$self->{table} = bless { columns => [
		column('tenant', 'text_c', %$key, not_null => 1, pool => [ quoted(($own) x 6, $other) ]),
		column('k', 'text_c', key => $self->is_by_attribute ? 'partition' : 'sort', not_null => 1, pool => [ quoted(@own_keys, @taken_keys) ]),
		column('body', 'text_c'), column('n', 'integer', pool => [ 'NULL', 0 .. 5 ]), column('m', 'integer'),
		column('tags', 'text_set'), column('list', 'texts'), column('doc', 'jsonb') ] }, 'Table';
	$self->{rows} = [ map { $self->own_row($_) } some_of(3, 6, @own_keys) ];
	# what is there in both worlds is so for a key that others may be told of
	my @taken = some_of(1, 4, @taken_keys);
	$self->{others}->[0] = [ map { $self->other_row($_) } @taken, some_of(0, 4, @hidden_keys) ];
	$self->{others}->[1] = $self->is_by_attribute
	  ? [ map { $self->other_row($_) } @taken, some_of(0, 4, @hidden_keys) ]
	  : [ map { $self->other_row($_) } chance(0.3) ? () : some_of(0, 14, @own_keys, @taken_keys, @hidden_keys) ];
	# plans go by how many items there are, and by statistics: these are the same
	$self->{thirds} = [ map { $self->other_row("e$_", $third) } 1 .. 20 ];
	return $self;
}

sub is_by_attribute { return $_[0]->{shape} eq 'attribute' }

sub name { my ($self) = @_; return join ' ', map { ref $self->{$_} ? () : $self->{$_} =~ /^\d*$/ ? ($self->{$_} ? $_ : ()) : $self->{$_} } qw(shape face identity pooled analyzed atomic checked by_command) }

sub own_row
{
	my ($self, $key) = @_;
	my (undef, undef, @columns) = @{ $self->{table}->{columns} };
	return [ quoted($own, $key), map { Table::random_value($_) } @columns ];
}

# Each text of it says whose it is.
sub other_row
{
	my ($self, $key, $tenant) = @_;
	my $secret = 'secret ' . between(1, 99);
	return [ quoted($tenant // $other, $key), "'$secret'", one_of('NULL', 0 .. 5, 77), one_of('NULL', 0, 1, 2147483647), chance(0.5) ? "'{a,$secret}'" : 'NULL', chance(0.5) ? "'{$secret,b}'" : 'NULL',
		one_of('NULL', "'{\"a\": \"$secret\"}'", "'{\"a\": 1, \"k\": \"$secret\"}'", "'[\"$secret\"]'") ];
}

# ---- as SQL ----

sub item_table { my ($self, $world) = @_; return "${world}_$self->{shape}" }

sub definition_of_items
{
	my ($world, $shape, $name, $options) = @_;
	return "CREATE FOREIGN TABLE $name ($shapes{$shape}, $others) SERVER dynamo OPTIONS (table_name '${world}_$shape'" . ($options // '') . ");\n";
}

# What each world has once.
sub foundation
{
	my ($world) = @_;
	return join '', "CREATE SCHEMA made;\n", map { "SELECT dyn_request('dynamo', 'DeleteTable', '{\"TableName\": \"${world}_$_\"}') WHERE dyn_request('dynamo', 'ListTables', '{}')::text LIKE '%${world}_$_%';\n"
		  . definition_of_items($world, $_, "made.$_") . "SELECT dyn_create_table('made.$_');\n" } sort keys %shapes;
}

sub condition { my ($self) = @_; return "tenant = $identities{ $self->{identity} }" }

sub policies
{
	my ($self, $relation) = @_;
	my $using = $self->condition;
	my $check = $self->{checked} ? "$using AND m IS DISTINCT FROM 2" : $using;
	return "ALTER TABLE $relation ENABLE ROW LEVEL SECURITY;\n"
	  . (!$self->{by_command}
		? "CREATE POLICY own ON $relation USING ($using) WITH CHECK ($check);\n"
		: "CREATE POLICY r ON $relation FOR SELECT USING ($using);\nCREATE POLICY i ON $relation FOR INSERT WITH CHECK ($check);\nCREATE POLICY u ON $relation FOR UPDATE USING ($using) WITH CHECK ($check);\nCREATE POLICY d ON $relation FOR DELETE USING ($using);\n");
}

sub faces
{
	my ($self) = @_;
	my $view_check = 'SELECT * FROM app.t_item WHERE ' . $self->condition;
	return "CREATE VIEW app.t WITH (security_barrier) AS $view_check WITH CASCADED CHECK OPTION;\n" if $self->{face} eq 'view';
	return "CREATE VIEW app.t WITH (security_barrier) AS $view_check;\nALTER FOREIGN TABLE app.t_item ALTER tenant SET DEFAULT " . ($identities{ $self->{identity} } =~ s/^\(SELECT (.*)\)$/$1/r) . ";\n" if $self->{face} eq 'granted';
	my $parent = $self->{face} eq 'partition' ? 'app.t' : 'app.t_parent';
	return "CREATE TABLE $parent (" . ($shapes{ $self->{shape} } =~ s/ OPTIONS \(.*?\)//gr) . ", $plain_others) PARTITION BY LIST (tenant);\n"
	  . "ALTER TABLE $parent ATTACH PARTITION app.t_item DEFAULT;\n"
	  . $self->policies($parent)
	  . ($self->{face} eq 'invoker' ? "CREATE VIEW app.t WITH (security_invoker) AS SELECT * FROM $parent;\nGRANT SELECT, INSERT, UPDATE, DELETE ON $parent TO tenant_ann, tenant_bob;\n" : '');
}

sub grants
{
	my ($self) = @_;
	my $columns = $self->{face} eq 'granted' ? ' (k, body, n, m, tags, list, doc)' : '';
	return "GRANT SELECT, DELETE, INSERT$columns, UPDATE$columns ON app.t TO tenant_ann, tenant_bob;\n";
}

sub insert
{
	my ($self, @rows) = @_;
	return join '', map { "INSERT INTO app.t_item VALUES (" . join(', ', @$_) . ");\n" } @rows;
}

sub setup
{
	my ($self, $number) = @_;
	my $world = $World::all[$number];
	return "SET client_min_messages = error;\nTRUNCATE made.$self->{shape};\nDROP SCHEMA IF EXISTS app CASCADE;\nCREATE SCHEMA app;\n"
	  . definition_of_items($world, $self->{shape}, 'app.t_item', $self->{atomic} ? ", transaction_mode 'atomic'" : '')
	  . $self->insert(@{ $self->{rows} }, @{ $self->{thirds} }[ 0 .. 3 ])
	  . ($self->{analyzed} ? "ANALYZE app.t_item;\n" : '')
	  . $self->insert(@{ $self->{others}->[$number] }, @{ $self->{thirds} }[ 4 .. 19 - @{ $self->{others}->[$number] } ])
	  . $self->faces
	  . "GRANT USAGE ON SCHEMA app TO tenant_ann, tenant_bob;\n" . $self->grants
	  . "SELECT setval('judge.calls', 1);\n";
}

# ---- the session ----

sub identify
{
	my ($self, $tenant, $is_local) = @_;
	return "SELECT set_config('app.tenant', '$tenant', $is_local), set_config('request.jwt.claims', '{\"tenant\": \"$tenant\", \"role\": \"web\"}', $is_local);\n";
}

sub user { my ($self) = @_; return $self->{pooled} ? 'tenant_pool' : $own }

sub session
{
	my ($self) = @_;
	return "SET search_path = app, public, attack, judge;\n" . ($self->{pooled} ? '' : $self->identify($own, 'false'));
}

# A step, as it is sent by one of the tenants.
sub sent
{
	my ($self, $tenant, $text) = @_;
	return $text unless $self->{pooled};
	my $start = "SET LOCAL ROLE $tenant;\n" . $self->identify($tenant, 'true');
	return $text if $text =~ s/^(BEGIN[^;]*;\n)/$1$start/;
	return "BEGIN;\n$start$text;\nCOMMIT";
}

sub stored
{
	my ($self, $number) = @_;
	my @items = split /\n/, World::administer($World::all[$number], "SELECT attack.items('" . $self->item_table($World::all[$number]) . "');\n");
	return ([ grep { /$own/ } @items ], [ grep { !/$own/ } @items ]);
}

1;
