# host: Perl, DBD::SQLite
# packages: libdbd-sqlite3-perl
# present: perl -MDBD::SQLite -e 1
# run: perl perl.pl
# also: perl "$HOSTS/connections/host.pl" ./chartmogul
use strict;
use warnings;
# <lines>
use DBI;

my $dbh = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1, PrintError => 0 });
$dbh->sqlite_enable_load_extension(1);
$dbh->sqlite_load_extension('./chartmogul');
my $active = 'SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3';
print "@$_\n" for @{ $dbh->selectall_arrayref($active, undef, 'Active') };
$dbh->do('INSERT INTO chartmogul_data_sources (name) VALUES (?)', undef, 'By host');
print $dbh->selectrow_array('SELECT chartmogul_last_uuid()'), "\n";
print join(' ', $dbh->tables('%', '%', 'chartmogul_%')), "\n";
# </lines>
eval { $dbh->do("INSERT INTO chartmogul_plans (name) VALUES ('p')") };
print $@;
