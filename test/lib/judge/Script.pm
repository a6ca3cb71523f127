# Script.pm
#		What the judge has psql run, and what it makes of a table.
package Script;

use strict;
use utf8;
use warnings;

use Exporter 'import';
use File::Temp qw(tempfile);
use IPC::Open3;

use Table;

our @EXPORT = qw(run_script dollar setup_script);

# Runs a script; returns what it wrote to its standard error.
sub run_script
{
	my ($script, @options) = @_;
	my ($file, $name) = tempfile(UNLINK => 1);
	binmode $file, ':utf8';
	print $file $script;
	close $file;
	my $pid = open3(my $in, my $out, undef, 'psql', '-XAtq', '-v', 'VERBOSITY=terse', @options, '-f', $name);
	close $in;
	binmode $out, ':utf8';
	my $output = do { local $/; <$out> };
	waitpid $pid, 0;
	unlink $name;
	return $output;
}

sub dollar { my ($text) = @_; return "\$judge\$$text\$judge\$" }

sub setup_script
{
	my ($table) = @_;
	return "SET client_min_messages = error;\n"
	  . "CALL judge.drop_table();\n"
	  . Table::reset_schemas()
	  . $table->definition . $table->row_statements
	  . "CALL judge.begin();\nSET client_min_messages = warning;\n";
}

1;
