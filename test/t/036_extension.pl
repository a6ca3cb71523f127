# Versions of the extension: an older one that is updated is the same as a new
# one.  And what CREATE EXTENSION says.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('extension');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;

# ---- versions ----

# All that there is to say of what belongs to the extension.
my $members = q(
	SELECT pg_describe_object(classid, objid, 0) AS object, obj_description(objid) AS comment,
		concat_ws(' ', prosrc, probin, provolatile, proparallel, proisstrict, procost, prosecdef, proacl,
			pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) AS function,
		pg_get_viewdef(c.oid) || coalesce(c.relacl::text, '') AS view
	FROM pg_depend LEFT JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		LEFT JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
	WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
	ORDER BY 1);

sub members
{
	my ($database, $create) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, $create);
	return $node->safe_psql($database, $members);
}

my $new = members('new', 'CREATE EXTENSION dynamorm_fdw');
is($node->safe_psql('new', "SELECT extversion FROM pg_extension WHERE extname = 'dynamorm_fdw'"),
	'1.2', 'the newest version');
foreach my $version ('1.0', '1.1')
{
	(my $database = "from_$version") =~ tr/./_/;
	is( members($database,
			"CREATE EXTENSION dynamorm_fdw VERSION '$version'; ALTER EXTENSION dynamorm_fdw UPDATE"),
		$new, "version $version, updated, is the newest one");
}
isnt(members('old', "CREATE EXTENSION dynamorm_fdw VERSION '1.0'"),
	$new, 'which an older one is not');
my ($stdout, $stderr);
$node->psql(
	'postgres',
	'CREATE SCHEMA s; CREATE EXTENSION dynamorm_fdw SCHEMA s; DROP EXTENSION dynamorm_fdw; DROP SCHEMA s',
	stderr => \$stderr,
	on_error_stop => 1);
unlike($stderr, qr/ERROR/, 'it leaves nothing behind');

# ---- dumped by who owns the database, and nothing else ----

$node->safe_psql('postgres', 'CREATE ROLE keeper LOGIN; CREATE DATABASE kept OWNER keeper');
$node->safe_psql('kept', 'CREATE EXTENSION dynamorm_fdw');
$node->command_ok([ 'pg_dump', '-U', 'keeper', '-f', '/dev/null', 'kept' ], 'the owner of a database may dump it');

# ---- how to have it loaded ----

sub created
{
	my ($settings) = @_;
	local $ENV{PGOPTIONS} = $settings;
	$node->psql('postgres', 'CREATE EXTENSION dynamorm_fdw', stderr => \my $said);
	$node->psql('postgres', 'DROP EXTENSION dynamorm_fdw', stderr => \my $ignored);
	return $said;
}

is( created(''),
	"psql:<stdin>:1: NOTICE:  INSERT ... ON CONFLICT needs dynamorm_fdw to be loaded when a session begins\n"
	  . "HINT:  Use ALTER DATABASE postgres SET session_preload_libraries = dynamorm_fdw;",
	'whoever creates the extension is told how to have it loaded');
like(created('-c session_preload_libraries=auto_explain'),
	qr/session_preload_libraries = auto_explain, dynamorm_fdw;/,
	'beside what else is loaded');
$node->safe_psql('postgres',
	'ALTER DATABASE postgres SET session_preload_libraries = auto_explain, dynamorm_fdw');
is(created(''), '', 'once that is done nothing is said');
$node->psql(
	'new',
	"BEGIN; DROP EXTENSION dynamorm_fdw; CREATE EXTENSION dynamorm_fdw; ROLLBACK; SELECT 1",
	stderr => \$stderr);
is($stderr, '', 'nor where it is rolled back');

$node->stop;
done_testing();
