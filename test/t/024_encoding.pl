# Databases whose encoding is not UTF-8: what is stored is UTF-8 all the same,
# and what cannot be converted is an error, not another text.
# Needs: list_equality
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('encoding');
my $node = $test->{node};
$test->create_tables(word => q{id text OPTIONS (key 'partition'), text text, doc jsonb, tags text[] OPTIONS (type 'SS'), n integer});

my $setup = qq(CREATE EXTENSION dynamorm_fdw;
	CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test'););
foreach my $encoding (qw(LATIN1 SQL_ASCII))
{
	$node->safe_psql('postgres', "CREATE DATABASE \L$encoding\E ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	# an attribute with a name that is not ASCII
	$node->safe_psql(lc $encoding, "$setup SET client_encoding = '" . ($encoding eq 'LATIN1' ? 'UTF8' : 'SQL_ASCII') . qq{';
		CREATE FOREIGN TABLE word (id text OPTIONS (key 'partition'), text text, doc jsonb, tags text[] OPTIONS (type 'SS'),
		  n integer, "gr\xc3\xb6\xc3\x9fe" integer) SERVER dynamo});
}

# Runs statements as a client that speaks UTF-8; bytes in, bytes out.
sub asked
{
	my ($database, $sql) = @_;
	local $ENV{PGCLIENTENCODING} = $database eq 'sql_ascii' ? 'SQL_ASCII' : 'UTF8';
	my ($result, $stdout, $stderr) = $node->psql($database, $sql, on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return join "\n", grep { $_ ne '' } $stdout, $stderr;
}

my $word = "caf\xc3\xa9";    # café
foreach my $database (qw(latin1 sql_ascii))
{
	is(asked($database, qq{INSERT INTO word VALUES ('$word $database', '$word', '{"$word": "$word"}', ARRAY['$word', 'a'], 1, 7) RETURNING *}),
		qq($word $database|$word|{"$word": "$word"}|{a,$word}|1|7), "$database: INSERT");
	is(asked('postgres', "SELECT id, text, doc, tags FROM word WHERE id = '$word $database'"),
		qq($word $database|$word|{"$word": "$word"}|{a,$word}), 'is UTF-8 where it is stored');
	is(asked($database, qq{UPDATE word SET n = n + 1, text = text || '$word', tags = dyn_set_add(tags, ARRAY['${word}2']), doc['$word'] = '"x"', "gr\xc3\xb6\xc3\x9fe" = 8
		WHERE id = '$word $database' AND text = '$word' AND doc->>'$word' = '$word' AND '$word' = ANY (tags) AND "gr\xc3\xb6\xc3\x9fe" = 7 RETURNING n, doc}),
		qq(2|{"$word": "x"}), 'UPDATE');
	is(asked($database, qq{UPDATE word SET n = 5, text = '$word$word' WHERE id = '$word $database' AND text LIKE '$word%' RETURNING n, text}),
		"5|$word$word", 'UPDATE in one request');
	is(asked($database, "SELECT count(*) FROM word WHERE text = '$word$word' AND id = '$word $database'"), '1', 'WHERE');
	like(asked($database, "INSERT INTO word VALUES ('$word $database')"), qr/23505: .*Key \(id\)=\($word $database\) already exists/s, 'the key in an error');
	is(asked($database, "SELECT dyn_increment('word', '{\"id\": \"$word $database\"}', 'gr\xc3\xb6\xc3\x9fe')"), '9', 'dyn_increment');
	is(asked($database, qq{SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "word", "Key": {"id": {"S": "$word $database"}}}') -> 'Item' -> 'text' ->> 'S'}),
		"$word$word", 'dyn_request');
	is(asked($database, "DELETE FROM word WHERE id = '$word $database' RETURNING text"), "$word$word", 'DELETE');
	is(asked('postgres', 'SELECT count(*) FROM word'), '0', 'it is gone');
}

# what the encoding lacks
$node->safe_psql('postgres', "INSERT INTO word VALUES ('euro', E'\\u20ac', '{\"k\": \"\xe2\x82\xac\"}', ARRAY['x'], 1)");
foreach my $column (qw(text doc))
{
	like(asked('latin1', "SELECT $column FROM word"), qr/22P05: character with byte sequence 0xe2 0x82 0xac in encoding "UTF8" has no equivalent in encoding "LATIN1"/,
		"a $column that LATIN1 cannot show");
}
is(asked('latin1', "SELECT n FROM word WHERE id = 'euro'"), '1', 'does not matter where it is not read');
is(asked('latin1', "UPDATE word SET n = n + 1 WHERE id = 'euro' RETURNING n"), '2', 'nor where it is not returned');
is(asked('latin1', "UPDATE word SET n = n * 2 WHERE id = 'euro' RETURNING n"), '4', 'nor on the computed path');
is(asked('sql_ascii', 'SELECT text FROM word'), "\xe2\x82\xac", 'SQL_ASCII takes it as bytes');

# constants, and IMPORT of kinds whose names or texts the encoding may lack
$node->safe_psql('postgres', q{SELECT dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'word', 'Item', jsonb_strip_nulls(jsonb_build_object(
	'id', jsonb_build_object('S', kind || '#' || n), 'kind', jsonb_build_object('S', kind), 'text', jsonb_build_object('S', kind), 'n', jsonb_build_object('N', n::text)))))
	FROM unnest(ARRAY[E'caf\u00e9', E'\u20ac', 'plain']) kind, generate_series(1, 3) n});
like(asked('latin1', q{IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (word) FROM SERVER dynamo INTO public OPTIONS (entities 'kind')}),
	qr/NOTICE: .*$word: "id" is '$word#\{n\}' in 3 of 3 items.*plain: "id" is 'plain#\{n\}'.*4 of 10 items/s, 'IMPORT with entities');
is(asked('latin1', qq{SELECT id, kind FROM "$word" WHERE n = 2}), "$word#2|$word", 'mended: a constant that is not ASCII');
is(asked('latin1', qq{DELETE FROM "$word" RETURNING kind}), join("\n", ($word) x 3), 'and nothing else is deleted');
$node->safe_psql('postgres', "DELETE FROM word WHERE id LIKE '%#%'");

# bytes that are no UTF-8 must not get there
like(asked('sql_ascii', "INSERT INTO word (id, text) VALUES ('bad', E'\\351')"), qr/22021: invalid byte sequence for encoding "UTF8": 0xe9/, 'SQL_ASCII: a value that is no UTF-8');
like(asked('sql_ascii', "INSERT INTO word (id) VALUES (E'\\351')"), qr/22021/, 'nor a key');
like(asked('sql_ascii', "UPDATE word SET text = E'\\351' WHERE id = 'euro'"), qr/22021/, 'nor what is assigned');
is(asked('postgres', "SELECT id, text FROM word"), "euro|\xe2\x82\xac", 'nothing was written');

$test->drop_tables;
$node->stop;
done_testing();
