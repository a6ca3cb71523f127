# A standby reads DynamoDB, writes nothing, and becomes a primary while a
# statement waits.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('standby_primary',
	conf => "wal_level = replica\nmax_wal_senders = 4\nmax_replication_slots = 4\nhot_standby = on\n");
my $node = $test->{node};
$test->create_tables(counter => "id text OPTIONS (key 'partition'), n bigint");
$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 1)");

# the node was not made for replication
append_to_file($node->data_dir . '/pg_hba.conf', "local replication all trust\n");
$node->reload;
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);

my $session = Session->new($standby->connstr('postgres'));
like($session->run("SELECT pg_is_in_recovery(), n FROM counter WHERE id = 'x'")->{text},
	qr/^t\|1$/m, 'a standby reads');
$test->reset_proxy;
foreach my $sql ("UPDATE counter SET n = n + 1 WHERE id = 'x'",
	"INSERT INTO counter VALUES ('y')", "DELETE FROM counter WHERE id = 'x'",
	q{SELECT dyn_increment('counter', '{"id": "x"}', 'n')},
	"SELECT dyn_drop_table('counter')", 'TRUNCATE counter',
	q{SELECT dyn_request('dynamo', 'DeleteItem', '{"TableName": "counter", "Key": {"id": {"S": "x"}}}')})
{
	is($session->run($sql)->{sqlstate}, '25006', "refused: $sql");
}
is_deeply($test->counts, {}, 'nothing was sent');

# A read that waits goes on through the promotion, and the session may write.
$test->fault({ kind => 'delay', operation => 'GetItem', milliseconds => 4000 });
$session->send("SELECT 'read', n FROM counter WHERE id = 'x';\n\\echo =done= :SQLSTATE :ROW_COUNT");
$test->wait_for_requests(GetItem => 1);
$standby->promote;
my $text = $session->read_until(qr/^=done= \w{5} \d+\n/m, 30) // '';
like($text, qr/^read\|1$/m, 'a read that waits is not disturbed by the promotion');
like($session->run("UPDATE counter SET n = n + 1 WHERE id = 'x' RETURNING n")->{text},
	qr/^2$/m, 'the session writes after it');
$session->finish;

# A conflict with what the primary has done ends a statement that waits at once.
my $second = PostgreSQL::Test::Cluster->new('standby_2');
$second->init_from_backup($node, 'base', has_streaming => 1);
$second->append_conf('postgresql.conf', "max_standby_streaming_delay = 0\n");
$second->start;
$node->safe_psql('postgres', 'CREATE TABLE local (i integer)');
$node->wait_for_catchup($second);
$session = Session->new($second->connstr('postgres'));
$test->reset_proxy;
$test->fault({ kind => 'stall', operation => 'GetItem' });
$session->send("SELECT n FROM counter, local WHERE id = 'x' UNION ALL SELECT n FROM counter WHERE id = 'x';\n\\echo =done= :SQLSTATE :ROW_COUNT");
$test->wait_for_requests(GetItem => 1);
$node->safe_psql('postgres', 'DROP TABLE local');
$text = $session->read_until(qr/^=done= \w{5} \d+\n/m, 30) // '';
like($text, qr/ERROR:  40001: canceling statement due to conflict with recovery/,
	'a recovery conflict ends a statement that waits');
$test->reset_proxy;
like($session->run("SELECT n FROM counter WHERE id = 'x'")->{text}, qr/^2$/m,
	'the next statement works');
$session->finish;

$_->stop foreach $second, $standby;
$test->drop_tables;
$node->stop;
done_testing();
