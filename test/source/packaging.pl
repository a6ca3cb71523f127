#!/usr/bin/env perl
#
# packaging.pl
#		What is said of the version in several places is the same, and what
#		the packages name is there: packaging.pl [CHECKOUT]
#
use strict;
use warnings;

use JSON::PP;

my $root = shift // '.';
my $complaints = 0;

sub complain
{
	my ($text) = @_;
	print "$text\n";
	$complaints++;
	return;
}

sub contents
{
	my ($name) = @_;
	open my $file, '<', "$root/$name" or do { complain("there is no $name"); return '' };
	local $/;
	return scalar <$file>;
}

# ---- the version ----

my ($version) = contents('dynamorm_fdw.control') =~ /^default_version = '(\d+\.\d+)'$/m
  or complain('dynamorm_fdw.control has no default_version');
my $release = "$version.0";

my $meta = eval { decode_json(contents('META.json')) };
complain("META.json: $@") unless $meta;
if ($meta)
{
	my $provided = $meta->{provides}{dynamorm_fdw};
	complain("META.json is of version $_, and not $release")
	  foreach grep { $_ ne $release } $meta->{version}, $provided->{version};
	complain("META.json names $_, which is not there")
	  foreach grep { !-e "$root/$_" } $provided->{file}, $provided->{docfile};
	foreach (qw(name abstract license maintainer))
	{
		complain("META.json has no $_") unless length($meta->{$_} // '');
	}
}

my ($packaged) = contents('debian/changelog') =~ /\A\S+ \((\S+)\) /;
complain('debian/changelog begins with ' . ($packaged // 'nothing') . ", and not $release")
  unless ($packaged // '') eq $release;
my ($listed) = contents('CHANGELOG.md') =~ /^## (\d+\.\d+)/m;
complain('CHANGELOG.md begins with ' . ($listed // 'nothing') . ", and not $version")
  unless ($listed // '') eq $version;

# ---- upgrade scripts ----

# From each version that can be installed, or was, the newest is reached.
my %next;
my %known;
foreach (glob "$root/sql/dynamorm_fdw--*.sql")
{
	my ($from, $to) = m{/dynamorm_fdw--([\d.]+?)(?:--([\d.]+))?\.sql$} or next;
	$known{$from} = 1;
	next unless defined $to;
	$known{$to} = 1;
	$next{$from} = $to;
	complain("the script from $from to $to does not say so in \\echo")
	  unless contents("sql/dynamorm_fdw--$from--$to.sql") =~
	  /^\\echo Use "ALTER EXTENSION dynamorm_fdw UPDATE TO '\Q$to\E'"/m;
}
complain("no script makes version $version") unless $known{$version};
foreach my $from (sort keys %known)
{
	my $reached = $from;
	$reached = $next{$reached} while defined $next{$reached};
	complain("no script leads from version $from to $version") if $reached ne $version;
}
complain('the Makefile does not install all scripts')
  unless contents('Makefile') =~ m{^DATA :?=.*\n?.*wildcard .*sql/dynamorm_fdw--\*\.sql}m;

# ---- Debian ----

my $source = contents('debian/control.in');
(my $control = contents('debian/control')) =~ s/^(Package: postgresql-)\d+/$1PGVERSION/mg;
$control =~ s/^( postgresql-)\d+,/$1PGVERSION,/mg;
complain('debian/control is not made of debian/control.in')
  if index($control, $source =~ s/\s+\z//r) < 0;
foreach my $document (split /\n/, contents('debian/docs'))
{
	complain("debian/docs names $document, which is not there") unless -e "$root/$document";
}
foreach (qw(debian/rules debian/tests/installcheck docker/start))
{
	complain("$_ cannot be executed") unless -x "$root/$_";
}

# ---- the licence ----

my $licence = join ' ', split ' ', contents('LICENSE');
(my $copyright = contents('debian/copyright')) =~ s/^ \.$//mg;
$copyright = join ' ', split ' ', $copyright;
$licence =~ s/\A.*?(?=Permission to use)//;
complain('debian/copyright has not the words of LICENSE') if index($copyright, $licence) < 0;

exit($complaints > 0);
